import { ThawError } from '@thaw/contracts';
import type { IndexedVectors } from './types.js';

/** Throws ThawError INDEX_INPUT_INVALID unless a vector has the index's length and finite numbers. */
export function checkVector(vector: Float32Array, dimensions: number, what: string): void {
  if (vector.length !== dimensions) {
    throw new ThawError(
      'INDEX_INPUT_INVALID',
      `${what} has ${vector.length} numbers, the index ${dimensions} dimensions`,
    );
  }
  let sum = 0; // not a number as soon as one is not, or is infinite
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * 0;
  if (sum !== 0) throw new ThawError('INDEX_INPUT_INVALID', `${what} has a number that is not finite`);
}

/** Throws ThawError INDEX_INPUT_INVALID unless the rows lie in the matrix, each once. */
export function checkSource({ vectors, rows, dimensions }: IndexedVectors): void {
  const products = vectors.length / dimensions;
  if (!Number.isInteger(dimensions) || dimensions < 1 || !Number.isInteger(products)) {
    throw new ThawError('INDEX_INPUT_INVALID', `${vectors.length} numbers are no rows of ${dimensions} dimensions`);
  }
  const seen = new Uint8Array(products);
  for (const row of rows) {
    if (row >= products || seen[row] === 1) {
      throw new ThawError('INDEX_INPUT_INVALID', `row ${row} of ${products} is not there, or twice in the index`);
    }
    seen[row] = 1;
  }
}
