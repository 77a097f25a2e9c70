import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testBroker, uniqueTopic } from '../../../test/support/broker.js';
import { until } from '../../../test/support/until.js';
import { createKafka } from './kafkajs/kafka.js';
import type { BatchSource, Kafka, RecordBatch, SinkRecord, StartOffset } from './port.js';

const record = (value: string, partition = 0): SinkRecord => ({ partition, key: null, value: Buffer.from(value) });
const numbered = (from: number, to: number): SinkRecord[] =>
  Array.from({ length: to - from }, (_, i) => record(String(from + i)));
const values = (batches: readonly RecordBatch[]): string[] =>
  batches.flatMap(({ records }) => records.map(({ value }) => String(value)));

let kafka: Kafka;
const sources: BatchSource[] = [];

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  kafka = createKafka({ brokers: [bootstrap], clientId: 'kafka-spec' }, () => undefined);
}, 120_000);

afterAll(async () => {
  await Promise.all(sources.map((source) => source.close()));
  await kafka.close();
});

async function topicWith(records: readonly SinkRecord[], partitions = 1, config = {}): Promise<string> {
  const topic = uniqueTopic('kafka');
  await kafka.ensureTopics([{ name: topic, partitions, config }]);
  if (records.length > 0) {
    const sink = await kafka.sink();
    await sink.send(topic, records);
    await sink.close();
  }
  return topic;
}

/** Collects batches until `enough` says so. */
async function collect(
  topic: string,
  start: StartOffset,
  enough: (batches: readonly RecordBatch[]) => boolean,
): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  await new Promise<void>((resolve, reject) => {
    const opening = kafka.source({
      name: 'kafka-spec',
      topics: [topic],
      startOffset: () => start,
      handler: (batch) => {
        batches.push(batch);
        if (enough(batches)) resolve();
        return Promise.resolve();
      },
    });
    opening.then((source) => sources.push(source)).catch(reject);
  });
  await sources.pop()?.close();
  return batches;
}

describe('source', () => {
  test('starts at the given offset and says where to go on', async () => {
    const topic = await topicWith(numbered(0, 10));
    const batches = await collect(topic, 7, (seen) => values(seen).length === 3);
    expect(values(batches)).toEqual(['7', '8', '9']);
    expect(batches[0]).toMatchObject({ topic, partition: 0, firstOffset: 7, redelivered: false });
    expect(batches.at(-1)).toMatchObject({ nextOffset: 10, highWatermark: 10 });
  });

  test('starts at the end when told so', async () => {
    const topic = await topicWith(numbered(0, 5));
    const seen: string[] = [];
    const source = await kafka.source({
      name: 'kafka-spec',
      topics: [topic],
      startOffset: () => 'latest',
      handler: ({ records }) => {
        seen.push(...records.map(({ value }) => String(value)));
        return Promise.resolve();
      },
    });
    sources.push(source);
    const sink = await kafka.sink();
    await sink.send(topic, numbered(5, 8));
    await until(() => seen.length >= 3);
    expect(seen).toEqual(['5', '6', '7']);
    expect(await source.lag()).toEqual([{ topic, partition: 0, position: 8, endOffset: 8, lag: 0 }]);
    await sink.close();
  });

  test('hands over one batch at a time, also across partitions and topics', async () => {
    const topics = [await topicWith([record('a0', 0), record('a1', 1)], 2), await topicWith([record('b0')])];
    let running = 0;
    let most = 0;
    const seen: string[] = [];
    const source = await kafka.source({
      name: 'kafka-spec',
      topics,
      startOffset: () => 'earliest',
      handler: async ({ records }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(...records.map(({ value }) => String(value)));
        running--;
      },
    });
    sources.push(source);
    await until(() => seen.length === 3);
    expect(seen.sort()).toEqual(['a0', 'a1', 'b0']);
    expect(most).toBe(1);
  });

  test('refuses an offset that the log does not hold, or starts at what there is when told so', async () => {
    const topic = await topicWith(numbered(0, 3));
    const options = { name: 'kafka-spec', topics: [topic], startOffset: () => 99 };
    const handled: RecordBatch[] = [];
    const handler = (batch: RecordBatch): Promise<void> => {
      handled.push(batch);
      return Promise.resolve();
    };
    await expect(kafka.source({ ...options, handler })).rejects.toMatchObject({ code: 'KAFKA_OFFSET_OUT_OF_RANGE' });
    sources.push(await kafka.source({ ...options, handler, whenOutOfRange: 'earliest' }));
    await until(() => values(handled).length === 3);
    expect(values(handled)).toEqual(['0', '1', '2']);
  });

  test('stops with the reason when the handler fails', async () => {
    const topic = await topicWith(numbered(0, 3));
    const source = await kafka.source({
      name: 'kafka-spec',
      topics: [topic],
      startOffset: () => 'earliest',
      handler: () => Promise.reject(new Error('disk full')),
    });
    await expect(source.done).rejects.toMatchObject({ message: 'disk full' });
  });

  test('tells an unknown topic at once', async () => {
    const opening = kafka.source({
      name: 'kafka-spec',
      topics: [uniqueTopic('nowhere')],
      startOffset: () => 'earliest',
      handler: () => Promise.resolve(),
    });
    await expect(opening).rejects.toMatchObject({ code: 'KAFKA_TOPIC_UNKNOWN' });
  });

  test('pauses and resumes one partition', async () => {
    const topic = await topicWith([], 2);
    const seen: string[] = [];
    const source = await kafka.source({
      name: 'kafka-spec',
      topics: [topic],
      startOffset: () => 'earliest',
      handler: ({ records }) => {
        seen.push(...records.map(({ value }) => String(value)));
        return Promise.resolve();
      },
    });
    sources.push(source);
    source.pause(topic, 0);
    const sink = await kafka.sink();
    await sink.send(topic, [record('paused', 0), record('open', 1)]);
    await until(() => seen.length > 0);
    expect(seen).toEqual(['open']);
    source.resume(topic, 0);
    await until(() => seen.length > 1);
    expect(seen).toEqual(['open', 'paused']);
    await sink.close();
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads what was compressed with %s', async (compression) => {
    const records = numbered(0, 2000);
    const topic = await topicWith(records, 1, { 'compression.type': compression });
    const batches = await collect(topic, 'earliest', (seen) => values(seen).length === records.length);
    expect(values(batches)).toEqual(records.map(({ value }) => String(value)));
  });

  test('keeps what it buffers bounded while the handler is slow', async () => {
    const chunk = Buffer.alloc(100_000, 'x');
    const topic = await topicWith(Array.from({ length: 200 }, () => ({ partition: 0, key: null, value: chunk })));
    const limit = 1024 * 1024;
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let received = 0;
    const source = await kafka.source({
      name: 'kafka-spec',
      topics: [topic],
      startOffset: () => 'earliest',
      maxFetchBytes: limit,
      handler: async ({ records }) => {
        received += records.length;
        await gate;
      },
    });
    sources.push(source);
    await until(() => received > 0);
    // Answers of the broker need a few turns; a source that fetched ahead would use them.
    await kafka.offsets(topic);
    await kafka.tailRecord(topic, 0);
    expect(source.statistics.fetchedBytes).toBeLessThan(2 * limit);
    open();
    await until(() => received === 200);
    expect(source.statistics.fetchedBytes).toBeGreaterThan(200 * chunk.length);
  });
});

describe('sink', () => {
  test('keeps the order of concurrent sends, key, headers and timestamp', async () => {
    const topic = await topicWith([]);
    const sink = await kafka.sink();
    const sends = Array.from({ length: 500 }, (_, i) => sink.send(topic, [record(String(i))]));
    const headers = { type: Buffer.from('t'), twice: [Buffer.from('1'), Buffer.from('2')] };
    const timestampMs = Date.now() - 60_000;
    sends.push(sink.send(topic, [{ partition: 0, key: Buffer.from([0, 255]), value: null, headers, timestampMs }]));
    await Promise.all(sends);
    expect(sink.bufferedBytes).toBe(0);
    await sink.close();
    const batches: RecordBatch[] = [];
    await kafka.readAll([topic], (batch) => Promise.resolve(void batches.push(batch)));
    const records = batches.flatMap((batch) => batch.records);
    expect(records.slice(0, 500).map(({ value }) => String(value))).toEqual(
      Array.from({ length: 500 }, (_, i) => String(i)),
    );
    expect(records[500]).toEqual({ offset: 500, key: Buffer.from([0, 255]), value: null, headers, timestampMs });
  });

  test('says when it is full and when there is room', async () => {
    const topic = await topicWith([]);
    const sink = await kafka.sink({ maxBufferedBytes: 1000 });
    const sending = sink.send(topic, numbered(0, 200));
    expect(sink.bufferedBytes).toBeGreaterThan(1000);
    let acknowledged = false;
    void sending.then(() => (acknowledged = true));
    await sink.writable();
    expect(acknowledged).toBe(true);
    await sink.close();
  });

  test('refuses a record that the topic does not take, and goes on with the next', async () => {
    const topic = await topicWith([], 1, { 'max.message.bytes': '2000' });
    const sink = await kafka.sink();
    const large = sink.send(topic, [record('x'.repeat(5000))]);
    await expect(large).rejects.toMatchObject({ code: 'KAFKA_RECORD_TOO_LARGE' });
    await sink.send(topic, [record('small')]);
    expect(String((await kafka.tailRecord(topic, 0))?.value)).toBe('small');
    await sink.close();
    await expect(sink.send(topic, [record('late')])).rejects.toMatchObject({ code: 'KAFKA_CLOSED' });
  });

  test('refuses a partition that does not exist', async () => {
    const topic = await topicWith([]);
    const sink = await kafka.sink();
    await expect(sink.send(topic, [record('x', 5)])).rejects.toMatchObject({ code: 'KAFKA_TOPIC_UNKNOWN' });
    await sink.close();
  });
});

describe('topics', () => {
  test('are created once and checked afterwards', async () => {
    const spec = { name: uniqueTopic('kafka'), partitions: 2, config: { 'cleanup.policy': 'compact' } };
    expect(await kafka.ensureTopics([spec])).toEqual({ created: [spec.name] });
    expect(await kafka.ensureTopics([spec])).toEqual({ created: [] });
    const mismatch = { code: 'KAFKA_TOPIC_MISMATCH' };
    await expect(kafka.ensureTopics([{ ...spec, partitions: 3 }])).rejects.toMatchObject(mismatch);
    const deleting = { ...spec, config: { 'cleanup.policy': 'delete' } };
    await expect(kafka.ensureTopics([deleting])).rejects.toMatchObject(mismatch);
    const shorter = { ...spec, config: { 'retention.ms': '1000' } };
    expect(await kafka.ensureTopics([shorter])).toEqual({ created: [] });
  });

  test('tell their ends and their last records', async () => {
    const topic = await topicWith([record('a', 0), record('b', 1), record('c', 1)], 3);
    expect(await kafka.offsets(topic)).toEqual([
      { partition: 0, startOffset: 0, endOffset: 1 },
      { partition: 1, startOffset: 0, endOffset: 2 },
      { partition: 2, startOffset: 0, endOffset: 0 },
    ]);
    expect(await kafka.tailRecord(topic, 1)).toMatchObject({ offset: 1, value: Buffer.from('c') });
    expect(await kafka.tailRecord(topic, 2)).toBeUndefined();
    const batches: RecordBatch[] = [];
    await kafka.readAll([topic], (batch) => Promise.resolve(void batches.push(batch)));
    expect(values(batches).sort()).toEqual(['a', 'b', 'c']);
  });

  test('are read up to given offsets and no further', async () => {
    const topic = await topicWith([...numbered(0, 9), record('a', 1), record('b', 2)], 3);
    const batches: RecordBatch[] = [];
    const until = [
      { topic, partition: 0, offset: 4 },
      { topic, partition: 2, offset: 99 },
    ];
    await kafka.readAll([topic], (batch) => Promise.resolve(void batches.push(batch)), { until });
    expect(values(batches).sort()).toEqual(['0', '1', '2', '3', 'b']);
    expect(batches.find(({ partition }) => partition === 0)).toMatchObject({ firstOffset: 0, nextOffset: 4 });
  });
});
