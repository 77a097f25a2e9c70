import type { BatchSource, Kafka, LogFunction, RecordBatch } from '@thaw/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEmbedding, type Embedding, NotAnEmbedding } from './embedding.js';

export interface EmbeddingFeedOptions {
  readonly kafka: Kafka;
  /** `embeddings`, with its prefix. */
  readonly topic: string;
  readonly onEmbedding: (embedding: Embedding) => void;
  readonly log: LogFunction;
}

const POLL_MS = 50;

/** Reads the topic `embeddings` from its first record on, and goes on for as long as it is open. */
export class EmbeddingFeed {
  #source: BatchSource | undefined;
  #records = 0;
  #refused = 0;

  constructor(private readonly options: EmbeddingFeedOptions) {}

  get counts(): { readonly records: number; readonly refused: number } {
    return { records: this.#records, refused: this.#refused };
  }

  /** @returns what ends when the topic cannot be read any more; the promise rejects with the reason */
  async open(): Promise<{ readonly done: Promise<void> }> {
    const { kafka, topic, onEmbedding } = this.options;
    this.#source = await kafka.source({
      name: 'thaw-recommender-embeddings',
      topics: [topic],
      startOffset: () => 'earliest',
      handler: async (batch) => {
        await Promise.resolve();
        if (!batch.redelivered) this.#read(batch, onEmbedding);
      },
    });
    return { done: this.#source.done };
  }

  /** Resolves when everything that is on the topic now has been handed over. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    const { kafka, topic } = this.options;
    const ends = await kafka.offsets(topic);
    while (!signal.aborted) {
      const positions = new Map((await this.#source?.lag())?.map(({ partition, position }) => [partition, position]));
      if (ends.every(({ partition, endOffset }) => (positions.get(partition) ?? 0) >= endOffset)) return;
      await sleep(POLL_MS, undefined, { signal });
    }
    signal.throwIfAborted();
  }

  /** Hands over what the topic holds now of one version, beside the running feed. */
  async readAgain(version: string, onEmbedding: (embedding: Embedding) => void): Promise<void> {
    await this.options.kafka.readAll([this.options.topic], async (batch) => {
      await Promise.resolve();
      this.#read(batch, (embedding) => {
        if (embedding.version === version) onEmbedding(embedding);
      });
    });
  }

  async close(): Promise<void> {
    await this.#source?.close();
  }

  #read({ partition, records }: RecordBatch, onEmbedding: (embedding: Embedding) => void): void {
    for (const record of records) {
      this.#records += 1;
      try {
        onEmbedding(decodeEmbedding(record, partition));
      } catch (error) {
        if (!(error instanceof NotAnEmbedding)) throw error;
        this.#refused += 1;
        const { topic, log } = this.options;
        log('warn', `a record of ${topic} is no embedding: ${error.message}`, { partition, offset: record.offset });
      }
    }
  }
}
