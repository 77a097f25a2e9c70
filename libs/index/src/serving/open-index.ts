import { setImmediate } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import { HnswIndex } from '../native/hnsw-index.js';
import type { IndexedVectors, IndexSettings } from '../types.js';
import { checkSource } from '../vectors.js';
import { ServingIndex } from './serving-index.js';

export interface OpenOptions extends IndexedVectors {
  readonly version: string;
  readonly settings: IndexSettings;
  /** `[n]`: the id of each row of `vectors`. Kept by reference. */
  readonly ids: readonly string[];
  /** The index file. Needed unless the settings say exact. */
  readonly path?: string;
  readonly signal?: AbortSignal;
}

const SLICE = 20_000;

/**
 * Opens the index of a version. The file is checked (its sha256 is the bundle's business) and loaded beside the event
 * loop, which is never held for more than a few milliseconds at a time.
 *
 * @throws ThawError INDEX_INVALID, INDEX_INPUT_INVALID, INDEX_NATIVE_UNAVAILABLE, INDEX_MEMORY
 */
export async function openIndex(options: OpenOptions): Promise<ServingIndex> {
  const { version, settings, ids, path, signal, vectors, rows, dimensions } = options;
  checkSource(options);
  if (ids.length * dimensions !== vectors.length) {
    throw new ThawError('INDEX_INPUT_INVALID', `${ids.length} ids do not fit ${vectors.length / dimensions} vectors`);
  }
  const rowOf = new Map<string, number>();
  for (let row = 0; row < ids.length; row++) {
    rowOf.set(ids[row]!, row);
    if (row % SLICE === SLICE - 1) await setImmediate();
  }
  signal?.throwIfAborted();
  const parts = { version, vectors, rows, dimensions, ids, rowOf };
  if (settings.kind === 'exact' || rows.length === 0) return new ServingIndex({ ...parts, hnsw: null });
  if (path === undefined) {
    throw new ThawError('INDEX_INPUT_INVALID', `version ${version} has an HNSW index, but no file of it was named`);
  }
  const expected = { count: rows.length, dimensions, m: settings.m };
  const hnsw = await HnswIndex.load(path, expected, settings.efSearch, signal);
  return new ServingIndex({ ...parts, hnsw });
}
