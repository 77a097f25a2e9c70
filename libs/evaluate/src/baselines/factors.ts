import { dotAt } from '@thaw/waml';
import type { Scores } from '../protocol/recommender.js';

/** Row vectors for sellers and for candidates. */
export interface Factors {
  /** Columns of both. */
  readonly dimensions: number;
  /** `[sellers, d]`, row-major. */
  readonly sellers: Float32Array;
  /** `[candidates, d]`, row-major. */
  readonly candidates: Float32Array;
}

/** Scores by inner product. */
export function innerProductScores(
  { dimensions, sellers, candidates }: Factors,
  settings: Readonly<Record<string, unknown>>,
): Scores {
  const scores = new Float64Array(candidates.length / dimensions);
  return {
    settings,
    scoresOf: (seller) => {
      for (let c = 0; c < scores.length; c++) {
        scores[c] = dotAt(sellers, seller * dimensions, candidates, c * dimensions, dimensions);
      }
      return scores;
    },
  };
}

/** Rows of a matrix picked by number, row-major. */
export function pickRows(rows: ArrayLike<number>, dimensions: number, picked: Int32Array): Float32Array {
  const result = new Float32Array(picked.length * dimensions);
  picked.forEach((row, i) => {
    for (let k = 0; k < dimensions; k++) result[i * dimensions + k] = rows[row * dimensions + k]!;
  });
  return result;
}
