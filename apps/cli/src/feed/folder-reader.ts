import { Worker } from 'node:worker_threads';
import { type ErrorCode, ThawError } from '@thaw/contracts';
import type { BadRow } from '@thaw/dataset';
import { type PackedBatch, packedCount, unpack } from './packed-batch.js';
import type { RecordsByTopic } from './records.js';

/** What the reader thread is given. */
export interface ReaderInput {
  readonly folder: string;
  /** Events from the first one on that are left out. */
  readonly skip: number;
}

/** What the reader thread sends; `end` is the last. */
export type ReaderMessage =
  | { readonly kind: 'batch'; readonly batch: PackedBatch; readonly badRows: readonly BadRow[] }
  | { readonly kind: 'end'; readonly badRows: readonly BadRow[] }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string; readonly details: object };

/** Batches that the thread may be ahead: memory is bounded by them. */
export const READ_AHEAD = 4;

export interface ReadBatch {
  readonly events: number;
  readonly records: RecordsByTopic;
  readonly badRows: readonly BadRow[];
}

// Worker threads run from dist/, also under test.
const THREAD = new URL('../../dist/feed/reader-thread.js', import.meta.url);

/**
 * Reads a folder's events in time order, encoded, in a thread of its own: parsing and encoding are as much work as
 * sending, so with a second core an import is nearly twice as fast.
 * @throws ThawError DATASET_NOT_FOUND, DATASET_INVALID
 */
export async function* readFolder(input: ReaderInput): AsyncGenerator<ReadBatch> {
  const worker = new Worker(THREAD, { workerData: input });
  const inbox = new Inbox<ReaderMessage>();
  worker.on('message', (message: ReaderMessage) => inbox.put(message));
  worker.once('error', (error) => inbox.fail(error));
  worker.once('exit', (code) => inbox.fail(new ThawError('INTERNAL', `the reader thread ended with ${code}`)));
  try {
    for (;;) {
      const message = await inbox.take();
      if (message.kind === 'error') {
        throw new ThawError(message.code, message.message, { details: { ...message.details } });
      }
      if (message.kind === 'end') {
        yield { events: 0, records: new Map(), badRows: message.badRows };
        return;
      }
      yield { events: packedCount(message.batch), records: unpack(message.batch), badRows: message.badRows };
      worker.postMessage('more');
    }
  } finally {
    await worker.terminate();
  }
}

/** Messages in the order they came, then the failure. */
class Inbox<T> {
  private readonly messages: T[] = [];
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  put(message: T): void {
    this.messages.push(message);
    this.wake();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }

  async take(): Promise<T> {
    for (;;) {
      const message = this.messages.shift();
      if (message !== undefined) return message;
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
