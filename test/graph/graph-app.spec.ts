import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLetterTopic, prefixedTopic } from '@thaw/contracts';
import { compareGraphs, DEFAULT_GRAPH_SETTINGS, edgeKey, GraphReplica, reduceBatch } from '@thaw/graph';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { type AnyEvent, asEventSet, eventSequence } from '../support/graph-events.js';
import { eventually, GraphProcess } from '../support/graph-process.js';
import { GraphTopics, hasRead } from '../support/graph-topics.js';

const SETTINGS = {
  ...DEFAULT_GRAPH_SETTINGS,
  historyLimit: 4,
  coInteractionThreshold: 2,
  minCustomers: 2,
  maxListings: 2,
};
const VARIABLES = {
  THAW_HISTORY_LIMIT: '4',
  THAW_CO_INTERACTION_THRESHOLD: '2',
  THAW_MIN_CUSTOMERS: '2',
  THAW_MAX_LISTINGS: '2',
  THAW_MICRO_BATCH_MAX_DELAY_MS: '5',
};

let folder: string;
let topics: GraphTopics;
let app: GraphProcess;
let bootstrap: string;
const [events = []] = fc.sample(eventSequence('embedded'), { numRuns: 1, seed: 4 });
const start = async () =>
  await GraphProcess.start({ bootstrap, dataDir: folder, topicPrefix: topics.prefix, settings: VARIABLES });

beforeAll(async () => {
  ({ bootstrap } = await testBroker());
  folder = await mkdtemp(join(tmpdir(), 'thaw-graph-app-'));
  topics = await GraphTopics.create(bootstrap, `${uniqueTopic('app')}.`);
  app = await start();
}, 90_000);

afterAll(async () => {
  await app.kill('SIGTERM');
  await topics.close();
  await rm(folder, { recursive: true });
});

/** Waits until the app has read everything, and compares its graph, read and followed, with the reference. */
async function expectEqualsBatch(all: readonly AnyEvent[]): Promise<void> {
  const ends = await topics.inputEnds();
  const { replica, header } = await eventually(async () => {
    const copy = await app.readGraph();
    return hasRead(copy.header, ends) ? copy : undefined;
  }, 'the app has read all events');
  const expected = reduceBatch(asEventSet(all), SETTINGS);
  expect([...compareGraphs(replica, expected, 'exact')]).toEqual([]);
  const followed = await eventually(async () => {
    const follower = new GraphReplica();
    await topics.follow(follower);
    return follower.sequence === header.sequence ? follower : undefined;
  }, 'all changes are on the topic');
  expect([...compareGraphs(followed, expected, 'half-octave')]).toEqual([]);
}

describe('apps/graph on a real broker', () => {
  test('keeps the graph equal to the batch reduction of what was produced', async () => {
    await topics.produce(events.slice(0, 60));
    await expectEqualsBatch(events.slice(0, 60));
  });

  test('goes on where it was after SIGTERM', async () => {
    await app.kill('SIGTERM');
    await topics.produce(events.slice(60));
    app = await start();
    await expectEqualsBatch(events);
    const changes = await topics.changes();
    expect(changes.map(({ sequence }) => sequence)).toEqual(changes.map((_, index) => index + 1));
  });

  test('sends what cannot be decoded, or is dated in the future, to the dead letters and moves on', async () => {
    const poison = Buffer.from('{"customer_id": 7}');
    const future = Buffer.from(
      JSON.stringify({ customer_id: 'c', product_id: 'p0', type: 'view', event_time_ms: 9e14 }),
    );
    await topics.send('interactions', [
      { partition: 0, key: null, value: poison },
      { partition: 0, key: null, value: future },
    ]);
    await expectEqualsBatch(events);
    const letters: { value: string; code: string }[] = [];
    await topics.kafka.readAll([prefixedTopic(topics.prefix, deadLetterTopic('interactions'))], ({ records }) => {
      for (const { value, headers } of records) {
        letters.push({ value: value!.toString(), code: String(headers['x-dlq-error-code']) });
      }
      return Promise.resolve();
    });
    expect(letters).toEqual([
      { value: poison.toString(), code: 'EVENT_UNDECODABLE' },
      { value: future.toString(), code: 'EVENT_FUTURE_DATED' },
    ]);
  });

  test('answers probes, metrics, the funnel and the count of a pair', async () => {
    expect((await app.readiness()).status).toBe('ready');
    const expected = reduceBatch(asEventSet(events), SETTINGS);
    expect(await app.funnel()).toMatchObject({
      candidates: expected.candidates.size,
      edgesKept: expected.edges.size,
      trainingProducts: expected.trainingSet.size,
      sellers: expected.sellers.size,
      customers: expected.histories.size,
    });
    for (const [a, b, count] of expected.counts) {
      expect(await app.count(a, b)).toEqual({ count, kept: expected.edges.has(edgeKey(a, b)) });
    }
    const metrics = await eventually(async () => {
      const text = await app.metrics();
      return text.includes('outcome="undecodable"} 1') ? text : undefined;
    }, 'the metrics show the poison');
    expect(metrics).toContain(`thaw_graph_funnel{stage="candidates"} ${expected.candidates.size}`);
  });
});
