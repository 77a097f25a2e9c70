import { setTimeout as delay } from 'node:timers/promises';
import type { RecordSink } from '@thaw/kafka';
import { embeddingRecords, sendEmbeddings } from './embedding-topic.js';
import type { LiveGraphConsumer } from './live-graph-consumer.js';
import type { LiveBatchTimes, LiveStatistics } from './protocol.js';

export interface LiveEmbeddingLoopOptions {
  readonly consumer: Pick<LiveGraphConsumer, 'sequence' | 'causedAtMs' | 'pending' | 'reembed'>;
  readonly sink: RecordSink;
  readonly topicPrefix: string;
  readonly version: string;
}

/** Nodes are embedded together this often: a node that changes ten times in between is embedded once. */
const BATCH_EVERY_MS = 100;
/** Nodes at once: it bounds how long the reading of changes waits, and what is sent in one piece. */
const MAX_BATCH = 64;
/** Times kept for whoever takes them, at most. */
const MOST_TIMES = 10_000;

/** Embeds the nodes that wait, batch by batch, and sends their vectors. What it throws ends live embedding. */
export class LiveEmbeddingLoop {
  private embedded = 0;
  private removed = 0;
  private times: LiveBatchTimes[] = [];

  constructor(private readonly options: LiveEmbeddingLoopOptions) {}

  get statistics(): LiveStatistics {
    const { embedded, removed } = this;
    return { pending: this.options.consumer.pending, embedded, removed };
  }

  /** The batches since the last call. */
  takeTimes(): LiveBatchTimes[] {
    return this.times.splice(0);
  }

  /** Resolves when as many nodes are on the topic as waited at first: others may wait by then, as they always do. */
  async catchUp(signal: AbortSignal): Promise<void> {
    const target = this.embedded + this.options.consumer.pending;
    do await this.batch();
    while (!signal.aborted && this.embedded < target && this.options.consumer.pending > 0);
  }

  /** Goes on until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startMs = performance.now();
      await this.batch();
      if (this.options.consumer.pending >= MAX_BATCH) continue;
      const restMs = Math.max(0, BATCH_EVERY_MS - (performance.now() - startMs));
      await delay(restMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async batch(): Promise<void> {
    const { consumer, sink, topicPrefix, version } = this.options;
    const startMs = performance.now();
    const { sequence, causedAtMs } = consumer;
    const batch = consumer.reembed(MAX_BATCH);
    const records = embeddingRecords(batch, { version, graphSequence: sequence });
    if (records.length === 0) return;
    await sendEmbeddings(sink, topicPrefix, records);
    this.embedded += batch.embedded.length;
    this.removed += batch.removed.length;
    if (this.times.length === MOST_TIMES) return;
    const lagSeconds = causedAtMs === 0 ? undefined : Math.max(0, Date.now() - causedAtMs) / 1000;
    this.times.push({ nodes: records.length, seconds: (performance.now() - startMs) / 1000, lagSeconds });
  }
}
