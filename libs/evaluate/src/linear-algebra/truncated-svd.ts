import { type Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { transposed } from '../data/sparse-rows.js';
import { randomMatrix } from './random-matrix.js';
import { times, type ScaledRows } from './sparse-product.js';

/** A ≈ U diag(s) Vᵀ with the k largest singular values. */
export interface TruncatedSvd {
  /** `[rows, k]` */
  readonly left: Matrix;
  /** Descending. */
  readonly singularValues: readonly number[];
  /** `[columns, k]` */
  readonly right: Matrix;
}

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 4;

const orthonormal = (matrix: Matrix): Matrix => new QrDecomposition(matrix).orthogonalMatrix;

/**
 * Randomized subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4 and 5.1). The rank is cut to what the
 * matrix can have.
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
  for (let i = 0; i < POWER_ITERATIONS; i++) basis = orthonormal(times(scaled, orthonormal(times(flipped, basis))));
  const small = times(flipped, basis); // Aᵀ Q: [columns, width]
  const svd = new SingularValueDecomposition(small, { autoTranspose: true });
  const kept = Math.min(rank, width);
  const first = (m: Matrix): Matrix => m.subMatrix(0, m.rows - 1, 0, kept - 1);
  return {
    left: basis.mmul(first(svd.rightSingularVectors)),
    singularValues: svd.diagonal.slice(0, kept),
    right: first(svd.leftSingularVectors),
  };
}
