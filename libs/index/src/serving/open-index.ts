import { setImmediate } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import { checkIndexFile } from '../native/hnsw-file.js';
import { HnswIndex } from '../native/hnsw-index.js';
import type { IndexedVectors, IndexSettings } from '../types.js';
import { checkSource } from '../vectors.js';
import { type RowOf, ServingIndex } from './serving-index.js';

export interface OpenOptions extends IndexedVectors {
  readonly version: string;
  readonly settings: IndexSettings;
  /** `[n]`: the id of each row of `vectors`. Kept by reference. */
  readonly ids: readonly string[];
  /** Row of each id. Made of `ids` where it is not given. */
  readonly rowOf?: RowOf;
  /** The index file. Needed unless the settings say exact. */
  readonly path?: string;
  /** Whether `checkIndexFile` has passed the file, in another thread. Otherwise it is done here. */
  readonly isChecked?: boolean;
  readonly signal?: AbortSignal;
}

/** Ids between two turns of the event loop: a fraction of a millisecond. */
const SLICE = 1_000;

/**
 * Opens the index of a version. The file is checked (its sha256 is the bundle's business) and loaded beside the event
 * loop, which is never held for more than a few milliseconds at a time.
 *
 * @throws ThawError INDEX_INVALID, INDEX_INPUT_INVALID, INDEX_NATIVE_UNAVAILABLE, INDEX_MEMORY
 */
export async function openIndex(options: OpenOptions): Promise<ServingIndex> {
  const { version, settings, ids, path, isChecked = false, signal, vectors, rows, dimensions } = options;
  checkSource(options);
  if (ids.length * dimensions !== vectors.length) {
    throw new ThawError('INDEX_INPUT_INVALID', `${ids.length} ids do not fit ${vectors.length / dimensions} vectors`);
  }
  const rowOf = options.rowOf ?? (await rowsById(ids, signal));
  signal?.throwIfAborted();
  const parts = { version, vectors, rows, dimensions, ids, rowOf };
  if (settings.kind === 'exact' || rows.length === 0) return new ServingIndex({ ...parts, hnsw: null });
  if (path === undefined) {
    throw new ThawError('INDEX_INPUT_INVALID', `version ${version} has an HNSW index, but no file of it was named`);
  }
  const expected = { count: rows.length, dimensions, m: settings.m };
  if (!isChecked) await checkIndexFile(path, expected, { signal });
  const hnsw = await HnswIndex.load(path, expected, settings.efSearch, signal);
  return new ServingIndex({ ...parts, hnsw });
}

/** Row of each id, in slices between which the event loop turns. @throws the signal's reason */
async function rowsById(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, number>> {
  const rowOf = new Map<string, number>();
  for (let row = 0; row < ids.length; row++) {
    rowOf.set(ids[row]!, row);
    if (row % SLICE !== SLICE - 1) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return rowOf;
}
