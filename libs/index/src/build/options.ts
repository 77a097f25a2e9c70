import type { IndexedVectors, IndexSettings } from '../types.js';

export interface BuildOptions extends IndexedVectors {
  /** Where the index file goes. Nothing is written where the index is exact. */
  readonly path: string;
  /** Not given: those that `chooseIndexSettings` gives for the number of rows. */
  readonly settings?: IndexSettings;
  /**
   * `[q, D]`, row-major: queries such as will be asked (sellers' vectors). They measure recall, and where `settings` is
   * not given they decide how long a search must be. Not given: a sample of the rows.
   */
  readonly queries?: Float32Array;
  /** Ends the build: the promise rejects with the signal's reason, and no file stays behind. */
  readonly signal?: AbortSignal;
  /** Rows that are in the index so far, and how many there will be. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BuiltIndex {
  readonly settings: IndexSettings;
  /** The index file, or null where the index is exact. */
  readonly path: string | null;
  readonly bytes: number;
  /** Share of the exact 100 best that a search finds, mean over the queries; 1 where the index is exact. */
  readonly recallAt100: number;
}
