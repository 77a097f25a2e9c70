import type { IndexSettings } from '../types.js';

export type HnswSettings = Extract<IndexSettings, { kind: 'hnsw' }>;

export interface WorkerInput {
  /** `[c, D]`, in label order, shared. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
  /** `[q, D]`. */
  readonly queries: Float32Array;
  readonly settings: HnswSettings;
  readonly path: string;
  /** Whether efSearch is to be chosen, or to be kept. */
  readonly chooseEf: boolean;
  /** `[1]`, shared: not 0 once the build is not wanted any more. */
  readonly stop: Int32Array;
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly rows: number; readonly total: number }
  | { readonly kind: 'done'; readonly efSearch: number; readonly recallAt100: number };
