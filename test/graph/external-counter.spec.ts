import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deadLetterTopic, prefixedTopic } from '@thaw/contracts';
import { testBroker } from '../support/broker.js';
import { type AnyEvent, eventSequence } from '../support/graph-events.js';
import { GraphFixture } from '../support/graph-fixture.js';
import { LOW_LIMITS } from '../support/graph-settings.js';

const [sampled = []] = fc.sample(eventSequence('external'), { numRuns: 1, seed: 11 });
const events = sampled.map(inOrder);
const half = Math.floor(events.length / 2);

function count(productIdA: string, productIdB: string, customers: number): AnyEvent {
  return { kind: 'count', event: { productIdA, productIdB, count: customers } };
}

/** The topic takes a pair in the order of its ids only. */
function inOrder(given: AnyEvent): AnyEvent {
  if (given.kind !== 'count' || given.event.productIdA <= given.event.productIdB) return given;
  return count(given.event.productIdB, given.event.productIdA, given.event.count);
}

let fixture: GraphFixture;
beforeAll(async () => {
  const { bootstrap } = await testBroker();
  fixture = await GraphFixture.create(bootstrap, 'external', { counter: 'external' });
}, 90_000);
afterAll(async () => {
  await fixture.close();
});

describe('apps/graph with finished counts of a distributed counter', () => {
  test('keeps the graph and its changes equal to the batch reduction of the counts', async () => {
    await fixture.topics.produce(events.slice(0, half));
    const app = await fixture.start(LOW_LIMITS);
    expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);
    await app.kill('SIGKILL');
  });

  test('goes on where it was after kill -9, and takes a later count of a pair for the one that holds', async () => {
    const edge: AnyEvent[] = [count('p0', 'p0', 9), count('p1', 'p1', 9), count('p0', 'p1', 5)];
    await fixture.topics.produce([...events.slice(half), ...edge]);
    const app = await fixture.start(LOW_LIMITS);
    expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);
    expect(await app.count('p0', 'p1')).toMatchObject({ count: 5 });
    await fixture.topics.produce([count('p0', 'p1', 0)]);
    expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);
    expect(await app.count('p0', 'p1')).toEqual({ count: 0, kept: false });
    await app.kill('SIGTERM');
  });

  test('takes a record without a value for a count of 0, and sends what is no count to the dead letters', async () => {
    const { topics } = fixture;
    await topics.produce([count('p2', 'p3', 7)]);
    const app = await fixture.start(LOW_LIMITS);
    await fixture.readAll(app);
    expect(await app.count('p2', 'p3')).toMatchObject({ count: 7 });
    const partition = topics.partitionOf(count('p2', 'p3', 0));
    const poison = Buffer.from('{"count": "many"}');
    await topics.send('co-interactions', [
      { partition, key: Buffer.from('p2\np3'), value: null },
      { partition, key: Buffer.from('p2\np3'), value: poison },
    ]);
    await fixture.readAll(app);
    expect(await app.count('p2', 'p3')).toEqual({ count: 0, kept: false });
    const letters: (string | undefined)[] = [];
    await topics.kafka.readAll([prefixedTopic(topics.prefix, deadLetterTopic('co-interactions'))], ({ records }) => {
      letters.push(...records.map(({ value }) => value?.toString()));
      return Promise.resolve();
    });
    expect(letters).toEqual([poison.toString()]);
    await app.kill('SIGTERM');
  });
});
