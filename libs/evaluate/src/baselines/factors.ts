import type { Scores } from '../protocol/recommender.js';

/** Row vectors for sellers and for candidates. */
export interface Factors {
  /** Columns of both. */
  readonly dimensions: number;
  /** `[sellers, d]`, row-major. */
  readonly sellers: ArrayLike<number>;
  /** `[candidates, d]`, row-major. */
  readonly candidates: ArrayLike<number>;
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
      const from = seller * dimensions;
      for (let c = 0; c < scores.length; c++) {
        let sum = 0;
        for (let k = 0; k < dimensions; k++) sum += sellers[from + k]! * candidates[c * dimensions + k]!;
        scores[c] = sum;
      }
      return scores;
    },
  };
}

/** Rows of a matrix picked by number, row-major. */
export function pickRows(rows: ArrayLike<number>, dimensions: number, picked: Int32Array): Float64Array {
  const result = new Float64Array(picked.length * dimensions);
  picked.forEach((row, i) => {
    for (let k = 0; k < dimensions; k++) result[i * dimensions + k] = rows[row * dimensions + k]!;
  });
  return result;
}
