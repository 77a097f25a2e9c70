import { setImmediate } from 'node:timers/promises';
import type { IndexedVectors, ReadOptions } from '../types.js';
import { RowStore } from './row-store.js';
import { type Scored, TopK } from './top-k.js';

const BLOCK_ROWS = 1024;
const BYTES_A_NUMBER = Float32Array.BYTES_PER_ELEMENT;
/** The event loop turns at least this often. */
const SLICE_MS = 2;

/**
 * The k best labels of each query by exact search: the oracle of HNSW. Needs little memory of its own, whatever the
 * number of rows, and lets the event loop turn in between.
 *
 * @param queries `[q, D]`, row-major
 */
export async function exactSearch(
  { vectors, rows, dimensions }: IndexedVectors,
  queries: Float32Array,
  k: number,
  { signal, beforeRead }: ReadOptions = {},
): Promise<Scored[][]> {
  const queryCount = queries.length / dimensions;
  const best = Array.from({ length: queryCount }, () => new TopK(Math.max(1, Math.min(k, rows.length))));
  const block = new RowStore(dimensions, BLOCK_ROWS);
  let sliceEndMs = performance.now() + SLICE_MS;
  for (let from = 0; from < rows.length; from += BLOCK_ROWS) {
    const pause = beforeRead?.(Math.min(BLOCK_ROWS, rows.length - from) * dimensions * BYTES_A_NUMBER);
    if (pause !== undefined) await pause;
    block.clear();
    for (const row of rows.subarray(from, from + BLOCK_ROWS)) {
      block.push(vectors.subarray(row * dimensions, (row + 1) * dimensions));
    }
    for (let query = 0; query < queryCount; query++) {
      block.scan(queries.subarray(query * dimensions, (query + 1) * dimensions), best[query]!, from);
      if (performance.now() < sliceEndMs) continue;
      await setImmediate();
      signal?.throwIfAborted();
      sliceEndMs = performance.now() + SLICE_MS;
    }
  }
  return best.map((each) => each.sorted());
}

/** Queries `[q, D]`, and for each the best rows or labels of exact search. */
export interface ExactResult {
  readonly queries: Float32Array;
  readonly best: readonly (readonly Scored[])[];
}

/**
 * Share of the exact results that a search finds. A score that equals the last exact one, up to rounding, counts:
 * which of equal rows a search returns is of no matter.
 *
 * @param found scores of the search, best first
 */
export function recallOf(found: readonly number[], exact: readonly Scored[]): number {
  if (exact.length === 0) return 1;
  const last = exact.at(-1)!.score;
  const bar = last - 1e-6 * Math.max(1, Math.abs(exact[0]!.score), Math.abs(last));
  return Math.min(exact.length, found.filter((score) => score >= bar).length) / exact.length;
}

/** Inner product of two vectors; the second starts at `at` of `matrix`. */
export function innerProduct(query: Float32Array, matrix: Float32Array, at: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < query.length; i += 4) {
    a += query[i]! * matrix[at + i]!;
    b += query[i + 1]! * matrix[at + i + 1]!;
    c += query[i + 2]! * matrix[at + i + 2]!;
    d += query[i + 3]! * matrix[at + i + 3]!;
  }
  for (; i < query.length; i++) a += query[i]! * matrix[at + i]!;
  return a + b + (c + d);
}
