import { mix32 } from '@thaw/waml';
import { Matrix } from 'ml-matrix';

/** A matrix of numbers spread evenly over [-1, 1), the same for the same seed. */
export function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const key = mix32(seed ^ 0x5bd1e995);
  const matrix = new Matrix(rows, columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) matrix.set(r, c, (mix32(key + r * columns + c) >>> 0) / 2 ** 31 - 1);
  }
  return matrix;
}
