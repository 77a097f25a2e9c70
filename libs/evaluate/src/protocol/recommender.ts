import type { Training } from './training.js';

/** What a fitted model thinks of the candidates. */
export interface Scores {
  /** What the model chose, for the report: plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A sentence for people on what came of the fit, for below the table. */
  readonly note?: string;
  /**
   * Scores of all candidates for a seller, in the order of `training.candidates`; more is better. The array is valid
   * until the next call.
   */
  scoresOf(seller: number): ArrayLike<number>;
}

export interface FitContext {
  /** Decides everything random. */
  readonly seed: number;
  /** Told what the model is doing, in a few words. */
  readonly onProgress?: (what: string) => void;
  readonly signal?: AbortSignal;
}

/** A way to recommend candidates to sellers. It never sees what it will be asked. */
export interface Recommender {
  readonly name: string;
  fit(training: Training, context: FitContext): Promise<Scores>;
}
