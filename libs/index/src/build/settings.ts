import type { IndexSettings } from '../types.js';

/** Rows up to which exact search answers as fast as HNSW over many, and misses nothing: docs/decisions/0010-index.md. */
export const EXACT_LIMIT = 5_000;
/** How long a search may be, shortest first: what `buildIndex` tries out. */
export const EF_LADDER: readonly number[] = [
  100, 120, 140, 160, 200, 240, 280, 320, 400, 480, 560, 640, 800, 960, 1120, 1280, 1600, 2000,
];

/** Settings for a number of rows. `buildIndex` adjusts efSearch to the vectors. */
export function chooseIndexSettings(count: number): IndexSettings {
  if (count <= EXACT_LIMIT) return { kind: 'exact' };
  return { kind: 'hnsw', m: 24, efConstruction: 200, efSearch: 200 };
}
