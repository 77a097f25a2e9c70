import type { Propagate } from '../channels/channel-vectors.js';

/**
 * Text vectors of a state's products: `[products, d]`, row-major, rows of length 1 or 0. The same texts, d and seed give
 * the same rows.
 */
export type EncodeTexts = (dimensions: number, seed: number) => Float32Array | Promise<Float32Array>;

/** How far a piece of work is. */
export interface ModelProgress {
  /** What is being done, in a few words for people. */
  readonly what: string;
  /** Share of this piece of work that is finished, 0 to 1. */
  readonly fraction: number;
}

/** What a model computation is given from outside. */
export interface ModelContext {
  readonly propagate: Propagate;
  readonly encodeTexts: EncodeTexts;
  /** Decides all hashes; vectors of different seeds cannot be compared. */
  readonly seed: number;
  readonly onProgress?: (progress: ModelProgress) => void;
  readonly signal?: AbortSignal;
}

/** Another seed than the ids': with the same, a word could look like a node. */
export const textSeed = (seed: number): number => seed + 1_000_003;
