import { HnswIndex } from './native/hnsw-index.js';
import { innerProduct } from './exact/exact-search.js';
import { ServingIndex } from './serving/serving-index.js';
import type { Hit } from './types.js';

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `[n, D]`, uniform in [−1, 1). */
export function randomVectors(count: number, dimensions: number, seed: number): Float32Array {
  const random = generator(seed);
  return Float32Array.from({ length: count * dimensions }, () => 2 * random() - 1);
}

export const row = (matrix: Float32Array, at: number, dimensions: number): Float32Array =>
  matrix.subarray(at * dimensions, (at + 1) * dimensions);

export const everyRow = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

export interface Graph {
  readonly vectors: Float32Array;
  readonly rows: Uint32Array;
  readonly dimensions: number;
  readonly m: number;
  readonly efConstruction: number;
}

/** An HNSW graph, built at once on this thread. */
export function hnswOf({ vectors, rows, dimensions, m, efConstruction }: Graph): HnswIndex {
  const hnsw = HnswIndex.create({ dimensions, count: rows.length, m, efConstruction });
  rows.forEach((each, label) => hnsw.add(row(vectors, each, dimensions), label));
  return hnsw;
}

export interface Fresh {
  readonly version?: string;
  readonly vectors: Float32Array;
  readonly rows: Uint32Array;
  readonly ids: readonly string[];
  readonly dimensions: number;
  readonly exact: boolean;
}

/**
 * A serving index whose graph misses nothing as long as it has at most 60 rows: with more links than rows, hnswlib keeps
 * all of them, so that every row is one step from every other.
 */
export function completeIndex({ version = 'v1', vectors, rows, ids, dimensions, exact }: Fresh): ServingIndex {
  const rowOf = new Map(ids.map((id, at) => [id, at]));
  const hnsw = exact ? null : hnswOf({ vectors, rows, dimensions, m: 64, efConstruction: 200 });
  return new ServingIndex({ version, vectors, rows, dimensions, ids, rowOf, hnsw });
}

/** The obvious search: every vector, sorted. */
export function naiveSearch(
  vectors: ReadonlyMap<string, Float32Array>,
  query: Float32Array,
  k: number,
  accept: (id: string) => boolean,
): Omit<Hit, 'row'>[] {
  return Array.from(vectors, ([id, vector]) => ({ id, score: innerProduct(query, vector, 0) }))
    .filter(({ id }) => accept(id))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
}
