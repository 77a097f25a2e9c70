import { graph } from '@thaw/contracts';
import type { GraphStore, Mutation } from '@thaw/graph';
import type { Kafka, RecordSink } from '@thaw/kafka';
import type { CrashPoint } from './crash-points.js';

/** Rows that are stored and not yet acknowledged may take this much memory; then the ingest waits. */
const LARGEST_BACKLOG_BYTES = 64 * 1024 * 1024;

interface OutboxOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly crashPoint: (point: CrashPoint) => void;
}

/**
 * Publishes the committed rows of the outbox in order, each as one record of `graph-changes`. A row is deleted with the
 * next commit after its acknowledgement; after a crash the last record of the topic tells which rows were written.
 */
export class Outbox {
  readonly #sink: RecordSink;
  readonly #options: OutboxOptions;
  readonly #acknowledged: Mutation[] = [];
  #backlogBytes = 0;
  #publishedSequence = 0;
  #lastSend: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  private constructor(sink: RecordSink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /**
   * Publishes what an earlier run committed and did not publish.
   *
   * @returns The outbox, and the sequence number of the last change on the topic (0 for none).
   */
  static async open(store: GraphStore, options: OutboxOptions): Promise<{ outbox: Outbox; published: number }> {
    const { kafka, topic } = options;
    const tail = await kafka.tailRecord(topic, 0);
    const published = tail?.value ? lastSequence(tail.value) : 0;
    const outbox = new Outbox(await kafka.sink(), options);
    outbox.#publishedSequence = published;
    for await (const page of store.pages('outbox')) {
      const rows = page.map(({ key, value }) => ({ table: 'outbox' as const, key, value }));
      for (const row of rows) {
        const through = lastSequence(row.value);
        if (through <= published) outbox.#acknowledged.push({ ...row, value: null });
        else outbox.#send(row.key, row.value, through);
      }
      await outbox.writable();
    }
    return { outbox, published };
  }

  /** Bytes committed and not yet acknowledged by Kafka. */
  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  /** The last change that Kafka has acknowledged. */
  get publishedSequence(): number {
    return this.#publishedSequence;
  }

  /** Takes the outbox rows of a batch that has just been committed; `through` is the sequence of its last change. */
  publish(mutations: readonly Mutation[], through: number): void {
    const rows = mutations.filter((row) => row.table === 'outbox');
    rows.forEach(({ key, value }, index) => {
      const next = rows[index + 1];
      if (value) this.#send(key, value, next ? keySequence(next.key) - 1 : through);
    });
  }

  /** Resolves when there is room for another batch. @throws what made publishing impossible. */
  async writable(): Promise<void> {
    if (this.#backlogBytes > LARGEST_BACKLOG_BYTES) await this.#lastSend;
    if (this.#failure) throw this.#failure;
  }

  /** The deletions of rows that are on the topic, to be committed with the next batch. */
  takeAcknowledged(): Mutation[] {
    return this.#acknowledged.splice(0);
  }

  /** Waits for all that was taken to be acknowledged. */
  async close(): Promise<void> {
    await this.#lastSend;
    await this.#sink.close();
    if (this.#failure) throw this.#failure;
  }

  #send(key: Uint8Array, value: Uint8Array, through: number): void {
    const { topic, crashPoint } = this.#options;
    crashPoint('before_publish');
    this.#backlogBytes += value.byteLength;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const headers = { 'content-type': Buffer.from('application/x-protobuf') };
    this.#lastSend = this.#sink.send(topic, [{ partition: 0, key: null, value: bytes, headers }]).then(
      () => {
        crashPoint('after_publish');
        this.#backlogBytes -= value.byteLength;
        this.#acknowledged.push({ table: 'outbox', key, value: null });
        this.#publishedSequence = through;
      },
      (failure: unknown) => {
        this.#failure ??= failure instanceof Error ? failure : new Error(String(failure));
      },
    );
  }
}

function lastSequence(record: Uint8Array): number {
  return graph.GraphChangeBatch.decode(record).changes.at(-1)?.sequence ?? 0;
}

function keySequence(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset).getBigUint64(0));
}
