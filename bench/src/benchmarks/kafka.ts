import { randomUUID } from 'node:crypto';
import { decodeInteraction, encodeInteraction, topic, topicSettings } from '@thaw/contracts';
import { partitionForKey, type Kafka, type RecordBatch, type SinkRecord } from '@thaw/kafka';
import type { Benchmark, BenchmarkContext, Measured, Result } from '../benchmark.js';
import { deferred } from '../deferred.js';
import { withKafka } from '../with-kafka.js';
import { interactions } from './interactions.js';

/** Records that one `send` takes. */
const BATCH_RECORDS = 5_000;
/** Distinct records; they are sent again and again until there are enough. */
const DISTINCT_RECORDS = 100_000;

/** Kafka through our port: how fast one process writes interactions and reads them back in batches. */
export const kafka: Benchmark = {
  options: { events: { default: 1_000_000, help: 'records to produce and to consume' } },

  run: (context) =>
    withKafka(context, async (client) => {
      const { partitions, ...definition } = topic('interactions');
      const name = `thaw-bench-${randomUUID()}`;
      await client.ensureTopics([{ name, partitions, config: topicSettings({ partitions, ...definition }) }]);
      try {
        const events = context.number('events');
        context.progress(`producing ${events} records`);
        const batches = encodedBatches(partitions);
        const produced = await context.measure(() => produce(context, client, name, batches, events), { threads: 2 });
        context.progress('consuming them');
        const consumed = await consume(context, client, name, events, () => undefined);
        context.progress('consuming and decoding them');
        const decoded = await consume(context, client, name, events, ({ records }) => {
          for (const { value, headers } of records) decodeInteraction(value, headers);
        });
        return [
          result('produce_per_second', 'records', produced),
          result('consume_per_second', 'records', consumed),
          result('consume_per_second', 'decoded interactions', decoded),
        ];
      } finally {
        await client.deleteTopics([name]);
      }
    }),
};

/** `value` of a measurement is how many records it took. */
function result(metric: string, workload: string, measured: Measured<number>): Result {
  const { value: events, wallSeconds, cpuSeconds, childCpuSeconds, peakRssBytes } = measured;
  return {
    metric,
    value: events / wallSeconds,
    unit: '1/s',
    workload,
    events,
    wall_seconds: wallSeconds,
    cpu_seconds: cpuSeconds - childCpuSeconds,
    broker_cpu_seconds: childCpuSeconds,
    peak_rss_bytes: peakRssBytes,
  };
}

/** Protobuf interactions with their partition worked out: what an importer would hand over. */
function encodedBatches(partitions: number): SinkRecord[][] {
  const records = interactions(DISTINCT_RECORDS).map((event) => {
    const { key, value, headers } = encodeInteraction(event, 'protobuf');
    return { partition: partitionForKey(key, partitions), key, value, headers };
  });
  const starts = Array.from({ length: DISTINCT_RECORDS / BATCH_RECORDS }, (_, i) => i * BATCH_RECORDS);
  return starts.map((start) => records.slice(start, start + BATCH_RECORDS));
}

/** Sends without waiting for each answer, as far as the sink's buffer allows; resolves when all are acknowledged. */
async function produce(
  context: BenchmarkContext,
  client: Kafka,
  name: string,
  batches: readonly SinkRecord[][],
  events: number,
): Promise<number> {
  const sink = await client.sink();
  try {
    const sent: Promise<void>[] = [];
    for (let count = 0; count < events;) {
      const batch = batches[sent.length % batches.length]!.slice(0, events - count);
      context.signal.throwIfAborted();
      await sink.writable();
      sent.push(sink.send(name, batch));
      count += batch.length;
    }
    await Promise.all(sent);
    return events;
  } finally {
    await sink.close();
  }
}

/** Reads the topic from its start. Measured from the moment that records flow, without the time to join the group. */
async function consume(
  context: BenchmarkContext,
  client: Kafka,
  name: string,
  events: number,
  handle: (batch: RecordBatch) => void,
): Promise<Measured<number>> {
  const begin = deferred<undefined>();
  const all = deferred<number>();
  let count = 0;
  const source = await client.source({
    name: 'thaw-bench',
    topics: [name],
    startOffset: () => 'earliest',
    handler: async (batch) => {
      await begin.promise;
      handle(batch);
      count += batch.records.length;
      if (count >= events) all.resolve(count);
    },
  });
  source.done.catch(all.reject);
  context.signal.addEventListener('abort', () => all.reject(context.signal.reason), { once: true });
  try {
    return await context.measure(
      () => {
        begin.resolve(undefined);
        return all.promise;
      },
      { threads: 2 },
    );
  } finally {
    await source.close();
  }
}
