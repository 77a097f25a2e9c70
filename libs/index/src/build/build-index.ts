import { rm, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { ThawError } from '@thaw/contracts';
import { checkIndexFile } from '../native/hnsw-file.js';
import { loadAddon } from '../native/addon.js';
import type { IndexedVectors } from '../types.js';
import { checkSource } from '../vectors.js';
import type { BuildOptions, BuiltIndex } from './options.js';
import { chooseIndexSettings } from './settings.js';
import type { HnswSettings, WorkerInput, WorkerMessage } from './worker-messages.js';

/** More queries than these make the measured recall hardly more certain. */
const MAX_QUERIES = 256;

/**
 * Builds the index of a candidate set in a worker thread, one core, and measures its recall. Where settings are not
 * given, the shortest search is chosen that finds 98.5 % of the exact 100 best, or the longest where none does.
 *
 * @throws ThawError INDEX_INPUT_INVALID, INDEX_NATIVE_UNAVAILABLE, INDEX_MEMORY, INDEX_WORKER_FAILED; INDEX_INVALID
 *   where the file did not get to the disk whole; the signal's reason
 */
export async function buildIndex(options: BuildOptions): Promise<BuiltIndex> {
  checkSource(options);
  const { signal, rows, dimensions, path, onProgress } = options;
  signal?.throwIfAborted();
  const settings = options.settings ?? chooseIndexSettings(rows.length);
  if (settings.kind === 'exact' || rows.length === 0) {
    onProgress?.(rows.length, rows.length);
    return { settings: { kind: 'exact' }, path: null, bytes: 0, recallAt100: 1 };
  }
  checkSettings(settings);
  loadAddon(); // says why it cannot, before anything is done
  const vectors = shared(options);
  const queries = sampleQueries(options);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const input: WorkerInput = { vectors, dimensions, queries, settings, path, chooseEf: !options.settings, stop };
  try {
    const { efSearch, recallAt100 } = await runWorker(input, onProgress, signal);
    await checkIndexFile(path, { count: rows.length, dimensions, m: settings.m }, { signal });
    return { settings: { ...settings, efSearch }, path, bytes: (await stat(path)).size, recallAt100 };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * The thread is asked to stop and waited for, never terminated: a native call that it is cut off in ends the process.
 */
function runWorker(
  input: WorkerInput,
  onProgress: BuildOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<{ efSearch: number; recallAt100: number }> {
  // Worker threads run from dist/, also in tests: right from src/build/ and from dist/build/.
  const worker = new Worker(new URL('../../dist/build/worker.js', import.meta.url), { workerData: input });
  return new Promise((resolve, reject) => {
    let isOver = false;
    const settle = (finish: () => void): void => {
      signal?.removeEventListener('abort', onAbort);
      worker.removeAllListeners();
      worker.on('error', () => undefined); // of what it was asked to leave
      Atomics.store(input.stop, 0, 1);
      if (isOver) finish();
      else worker.once('exit', finish);
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void => fail(signal!.reason as Error);
    signal?.addEventListener('abort', onAbort);
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'done') {
        settle(() => resolve(message));
        return;
      }
      try {
        onProgress?.(message.rows, message.total);
      } catch (error) {
        fail(error as Error);
      }
    });
    worker.on('error', (error) =>
      fail(new ThawError('INDEX_WORKER_FAILED', `the index was not built: ${error.message}`, { cause: error })),
    );
    worker.on('exit', (code) => {
      isOver = true;
      fail(new ThawError('INDEX_WORKER_FAILED', `the build's thread ended with code ${code}`));
    });
  });
}

function checkSettings({ m, efConstruction, efSearch }: HnswSettings): void {
  const whole = [m, efConstruction, efSearch].every((value) => Number.isInteger(value) && value >= 1);
  if (!whole || m < 2 || m > 256) {
    throw new ThawError(
      'INDEX_INPUT_INVALID',
      `m ${m}, efConstruction ${efConstruction} and efSearch ${efSearch} cannot be`,
    );
  }
}

/** The index's rows in label order, `[c, D]`, in memory that the worker can read. */
function shared({ vectors, rows, dimensions }: IndexedVectors): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(4 * rows.length * dimensions));
  rows.forEach((row, label) =>
    copy.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), label * dimensions),
  );
  return copy;
}

/** At most MAX_QUERIES, evenly spread over those given, or over the rows. */
function sampleQueries({ vectors, rows, dimensions, queries }: BuildOptions): Float32Array {
  const total = queries ? queries.length / dimensions : rows.length;
  if (!Number.isInteger(total)) {
    throw new ThawError('INDEX_INPUT_INVALID', `${queries!.length} numbers are no queries of ${dimensions} dimensions`);
  }
  if (queries && total === 0) return sampleQueries({ vectors, rows, dimensions, path: '' });
  const count = Math.min(MAX_QUERIES, total);
  const sample = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i * total) / count);
    const row = queries ? at : rows[at]!;
    sample.set((queries ?? vectors).subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  }
  return sample;
}
