import type { SparseRows } from '../data/sparse-rows.js';
import type { Dense } from './dense.js';

/** A sparse matrix with one weight per row and per column: entry (r, c) is rowWeight[r] × columnWeight[c]. */
export interface ScaledRows {
  readonly matrix: SparseRows;
  readonly rowWeights: Float64Array;
  readonly columnWeights: Float64Array;
}

/** The sparse matrix times a dense one: `[rows, k]`. */
export function times({ matrix, rowWeights, columnWeights }: ScaledRows, { columns: k, values }: Dense): Dense {
  const { rows, offsets, indices } = matrix;
  const result = new Float64Array(rows * k);
  for (let r = 0; r < rows; r++) {
    for (let i = offsets[r]!; i < offsets[r + 1]!; i++) {
      const c = indices[i]!;
      const weight = rowWeights[r]! * columnWeights[c]!;
      for (let j = 0; j < k; j++) result[r * k + j]! += weight * values[c * k + j]!;
    }
  }
  return { rows, columns: k, values: result };
}
