import type { BadRow } from '@thaw/dataset';
import type { RecordSink } from '@thaw/kafka';
import type { Checkpoint } from './checkpoint.js';
import type { EventWriter } from './event-writer.js';
import { type ReadBatch, readFolder } from './folder-reader.js';
import { Watermark } from './watermark.js';

export interface ImportRun {
  readonly folder: string;
  readonly writer: EventWriter;
  readonly sink: RecordSink;
  readonly checkpoint: Checkpoint;
  /** Ends the import; what was sent is waited for and kept in the checkpoint. */
  readonly signal: AbortSignal;
  readonly onBadRow: (row: BadRow) => void;
  /** Called with how many of the folder's events are on their topics. */
  readonly onProgress: (acknowledged: number) => void;
}

export interface ImportReport {
  /** Events that this run sent. */
  readonly sent: number;
  /** Events that earlier runs had sent. */
  readonly skipped: number;
  readonly complete: boolean;
}

const CHECKPOINT_EVERY_MS = 500;

/** Reads a folder's events in time order onto their topics, from where the checkpoint says. */
export async function runImport(run: ImportRun): Promise<ImportReport> {
  const { folder, writer, sink, checkpoint, signal, onBadRow, onProgress } = run;
  const skipped = checkpoint.read().acknowledged;
  const acknowledged = new Watermark(skipped);
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const pending = new Set<Promise<void>>();
  let savedAtMs = -Infinity;
  const save = (complete: boolean): void => {
    savedAtMs = performance.now();
    checkpoint.write({ acknowledged: acknowledged.value, complete });
  };
  const send = async ({ events, records }: ReadBatch): Promise<void> => {
    const settle = acknowledged.begin(events);
    const sent: Promise<void> = writer.write(records).then(
      () => {
        settle();
        pending.delete(sent);
        onProgress(acknowledged.value);
        if (performance.now() - savedAtMs >= CHECKPOINT_EVERY_MS) save(false);
      },
      (error: unknown) => failed.abort(error),
    );
    pending.add(sent);
    await sink.writable();
  };

  let ended = true;
  for await (const batch of readFolder({ folder, skip: skipped })) {
    if (stop.aborted) {
      ended = false;
      break;
    }
    for (const row of batch.badRows) onBadRow(row);
    await send(batch);
  }
  await Promise.all(pending);
  save(ended && !failed.signal.aborted);
  failed.signal.throwIfAborted();
  return { sent: acknowledged.value - skipped, skipped, complete: ended };
}
