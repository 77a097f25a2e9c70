import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graph, ThawError } from '@thaw/contracts';
import { createKafka, type Kafka, type RecordSink } from '@thaw/kafka';
import { testBroker, uniqueTopic } from '../../../test/support/broker.js';
import { until } from '../../../test/support/until.js';
import { GraphClient } from './graph-client.js';
import { GraphReader } from './graph-reader.js';
import { ScriptedGraph, sellerAdded, SellersConsumer } from './testing.fixture.js';

let kafka: Kafka;
let sink: RecordSink;
let service: ScriptedGraph;
let client: GraphClient;
let topic: string;
let consumer: SellersConsumer;
let reader: GraphReader;
let stop: AbortController;
let running: Promise<void>;

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  kafka = createKafka({ brokers: [bootstrap], clientId: 'graph-reader-spec' }, () => undefined);
  sink = await kafka.sink();
}, 120_000);

afterAll(async () => {
  await sink.close();
  await kafka.close();
});

beforeEach(async () => {
  topic = uniqueTopic('graph-changes');
  await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
  service = new ScriptedGraph();
  client = new GraphClient({ address: await service.listen(), setting: '--graph' });
  consumer = new SellersConsumer();
  reader = new GraphReader({ name: 'spec', client, kafka, topic, consumer, log: () => undefined });
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running;
  expect(reader.status.state).toBe('closed');
  client.close();
  service.close();
});

const start = (): void => {
  running = reader.run(stop.signal);
};
const sellers = (length: number): string[] => Array.from({ length }, (_, i) => `s${i + 1}`);

/** Publishes changes from..to as one record, and lets the graph be at `to`. */
async function publish(from: number, to: number): Promise<void> {
  const changes = Array.from({ length: to - from + 1 }, (_, i) => sellerAdded(from + i));
  service.sequence = Math.max(service.sequence, to);
  const value = Buffer.from(graph.GraphChangeBatch.encode({ changes, causedAtMs: 7 }).finish());
  await sink.send(topic, [{ partition: 0, key: null, value }]);
}

describe('a reader of the graph', () => {
  test('takes a copy, then the changes from the next one on, each once', async () => {
    await publish(1, 3);
    service.sequence = 5; // committed and copied before they are published
    start();
    await reader.caughtUp;
    expect(consumer.sellers).toEqual(sellers(5));
    await publish(2, 5);
    await publish(4, 1400);
    await publish(1400, 1401);
    await until(() => reader.status.sequence === 1401);
    expect(consumer.sellers).toEqual(sellers(1401));
    expect(reader.status).toMatchObject({ state: 'following', restarts: 0, caughtUp: true });
    await until(() => reader.status.lagChanges === 0);
  });

  test('reads the graph anew where a change is missing, and keeps the old copy until the new one is whole', async () => {
    service.sequence = 2;
    start();
    await reader.caughtUp;
    service.cutOff = true;
    await publish(4, 5);
    await until(() => service.copies === 2);
    expect(consumer.sellers).toEqual(sellers(2));
    expect(reader.status.reason?.code).toMatch(/^GRAPH_/);
    await until(() => reader.status.sequence === 5);
    expect(consumer.sellers).toEqual(sellers(5));
    expect(reader.status).toMatchObject({ restarts: 2 });
    await until(() => reader.status.state === 'following');
    expect(reader.status.reason).toBeUndefined();
  });

  test('reads the graph anew where a change does not fit', async () => {
    service.sequence = 2;
    start();
    await reader.caughtUp;
    consumer.failure = new ThawError('GRAPH_DIVERGED', 'no such node');
    await publish(3, 3);
    await until(() => consumer.sellers.length === 3);
    expect(consumer.begins).toBe(2);
    await publish(4, 4);
    await until(() => reader.status.sequence === 4);
    expect(consumer.sellers).toEqual(sellers(4));
  });

  test('reads the graph anew where it was begun anew: its numbers would all look old', async () => {
    service.sequence = 9;
    start();
    await reader.caughtUp;
    service.sequence = 1;
    await until(() => reader.status.sequence === 1);
    await publish(2, 2);
    await until(() => reader.status.sequence === 2);
    expect(consumer.sellers).toEqual(sellers(2));
  });

  test('waits for a graph that is not there yet, and says so', async () => {
    service.close();
    start();
    await until(() => reader.status.state === 'waiting');
    expect(reader.status).toMatchObject({ caughtUp: false, lagSeconds: Infinity });
    expect(reader.status.reason?.message).toContain('--graph');
  });
});
