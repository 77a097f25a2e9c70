import { Matrix } from 'ml-matrix';
import { rowOf, type SparseRows } from '../data/sparse-rows.js';

/** A sparse matrix with one weight per row and per column: entry (r, c) is rowWeight[r] × columnWeight[c]. */
export interface ScaledRows {
  readonly matrix: SparseRows;
  readonly rowWeights: Float64Array;
  readonly columnWeights: Float64Array;
}

/** The sparse matrix times a dense one: `[rows, k]`. */
export function times({ matrix, rowWeights, columnWeights }: ScaledRows, dense: Matrix): Matrix {
  const result = Matrix.zeros(matrix.rows, dense.columns);
  const columns = dense.to2DArray();
  for (let r = 0; r < matrix.rows; r++) {
    const sum = new Float64Array(dense.columns);
    for (const c of rowOf(matrix, r)) {
      const weight = rowWeights[r]! * columnWeights[c]!;
      const row = columns[c]!;
      for (let k = 0; k < sum.length; k++) sum[k]! += weight * row[k]!;
    }
    result.setRow(r, sum);
  }
  return result;
}
