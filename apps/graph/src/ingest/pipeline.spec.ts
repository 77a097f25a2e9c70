import { describe, expect, test } from '@jest/globals';
import { encodeInteraction, ThawError } from '@thaw/contracts';
import { DEFAULT_GRAPH_SETTINGS } from '@thaw/graph';
import type { BatchHandler, Kafka, RecordBatch } from '@thaw/kafka';
import { MemoryGraphStore } from '@thaw/store';
import { IngestPipeline } from './pipeline.js';

const unexpected = (): never => {
  throw new Error('the pipeline should not have called this');
};

/** A Kafka that hands over what the test gives it. Whatever else is asked of it fails. */
function fakeKafka(): { readonly kafka: Kafka; readonly deliver: BatchHandler } {
  let handler: BatchHandler | undefined;
  const kafka: Kafka = {
    ping: unexpected,
    ensureTopics: unexpected,
    deleteTopics: unexpected,
    offsets: unexpected,
    readAll: unexpected,
    close: unexpected,
    commitForLagTools: () => undefined,
    tailRecord: () => Promise.resolve(undefined),
    deadLetters: () => Promise.resolve({ stalled: 0, send: unexpected, close: () => Promise.resolve() }),
    sink: () =>
      Promise.resolve({
        bufferedBytes: 0,
        send: () => Promise.resolve(),
        writable: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
    source: (options) => {
      handler = options.handler;
      const statistics = { records: 0, redeliveredRecords: 0, fetchedBytes: 0, assignments: 1 };
      const done = new Promise<void>(() => undefined);
      return Promise.resolve({
        done,
        statistics,
        lag: () => Promise.resolve([]),
        pause: unexpected,
        resume: unexpected,
        close: () => Promise.resolve(),
      });
    },
  };
  return { kafka, deliver: async (batch, signal) => await handler!(batch, signal) };
}

function interactions(firstOffset: number, productId: string): RecordBatch {
  const event = { customerId: 'c', productId, type: 'view' as const, eventTimeMs: firstOffset };
  const { key, value, headers } = encodeInteraction(event);
  const record = { offset: firstOffset, timestampMs: 1_000, key, value, headers };
  const nextOffset = firstOffset + 1;
  const place = { topic: 'interactions', partition: 0, firstOffset, nextOffset, highWatermark: nextOffset };
  return { ...place, records: [record], redelivered: false };
}

async function start(kafka: Kafka, store: MemoryGraphStore, microBatchMaxEvents = 1): Promise<IngestPipeline> {
  return await IngestPipeline.start({
    kafka,
    store,
    microBatchMaxEvents,
    microBatchMaxDelayMs: 60_000,
    settings: DEFAULT_GRAPH_SETTINGS,
    counter: 'embedded',
    topicPrefix: '',
    sketchBytes: 1024,
    now: () => 1_000,
    crashPoint: () => undefined,
    onStoreTrouble: () => undefined,
  });
}

const { signal } = new AbortController();

describe('after a commit that failed for good', () => {
  test('no later batch is committed: its offsets would cover what was lost', async () => {
    const { kafka, deliver } = fakeKafka();
    const store = MemoryGraphStore.create();
    const pipeline = await start(kafka, store, 2);
    const failed = expect(pipeline.done).rejects.toMatchObject({ code: 'INTERNAL' });
    await deliver(interactions(0, 'p0'), signal);
    store.failNextCommit(new ThawError('INTERNAL', 'the commit failed'));
    await expect(pipeline.read(() => 'read')).rejects.toThrow('the commit failed');
    await failed;
    await expect(deliver(interactions(1, 'p1'), signal)).rejects.toThrow('the commit failed');
    await expect(pipeline.read(() => 'read')).rejects.toThrow('the commit failed');

    const restarted = await start(fakeKafka().kafka, store);
    expect(restarted.offsets.list()).toEqual([]);
    await restarted.close();
  });
});

describe('while the disk refuses for a time', () => {
  test('the batch is committed as soon as it takes it again', async () => {
    const { kafka, deliver } = fakeKafka();
    const store = MemoryGraphStore.create();
    const pipeline = await start(kafka, store);
    store.failNextCommit(new ThawError('STORE_UNAVAILABLE', 'the disk is full'));
    await deliver(interactions(0, 'p0'), signal);
    expect(pipeline.tally.commitFailures).toBe(1);
    await pipeline.close();

    const restarted = await start(fakeKafka().kafka, store);
    expect(restarted.offsets.list()).toEqual([{ topic: 'interactions', partition: 0, offset: 1 }]);
    expect(restarted.engine.state.customerIds.size).toBe(1);
    await restarted.close();
  });
});
