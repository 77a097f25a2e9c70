import { mix32 } from '@thaw/waml';
import type { Dense } from './dense.js';

/** A matrix of numbers spread evenly over [-1, 1), the same for the same seed. */
export function randomMatrix(rows: number, columns: number, seed: number): Dense {
  const key = mix32(seed ^ 0x5bd1e995);
  const values = Float64Array.from({ length: rows * columns }, (_, i) => (mix32(key + i) >>> 0) / 2 ** 31 - 1);
  return { rows, columns, values };
}
