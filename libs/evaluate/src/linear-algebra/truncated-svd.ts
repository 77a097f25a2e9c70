import { transposed } from '../data/sparse-rows.js';
import { orthonormal, product, rightSingular, unitColumns, type Dense } from './dense.js';
import { randomMatrix } from './random-matrix.js';
import { times, type ScaledRows } from './sparse-product.js';

/** A ≈ U diag(s) Vᵀ with the k largest singular values. */
export interface TruncatedSvd {
  /** `[rows, k]` */
  readonly left: Dense;
  /** Descending. */
  readonly singularValues: readonly number[];
  /** `[columns, k]` */
  readonly right: Dense;
}

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 4;

/**
 * Randomized subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4 and 5.1). The rank is cut to what the
 * matrix has.
 */
export function truncatedSvd(scaled: ScaledRows, rank: number, seed: number): TruncatedSvd {
  const { matrix, rowWeights, columnWeights } = scaled;
  const flipped: ScaledRows = {
    matrix: transposed(matrix),
    rowWeights: columnWeights,
    columnWeights: rowWeights,
  };
  const width = Math.min(rank + OVERSAMPLING, matrix.rows, matrix.columns);
  let basis = orthonormal(times(scaled, randomMatrix(matrix.columns, width, seed)));
  for (let i = 0; i < POWER_ITERATIONS; i++) basis = orthonormal(times(scaled, times(flipped, basis)));
  const small = times(flipped, basis); // Aᵀ Q: [columns, width]
  const { squares, vectors } = rightSingular(small, rank);
  return {
    left: product(basis, vectors),
    singularValues: squares.map(Math.sqrt),
    right: unitColumns(product(small, vectors), squares),
  };
}
