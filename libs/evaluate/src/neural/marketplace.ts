import { encodeCatalogue } from '../data/encode-catalogue.js';
import type { SparseRows } from '../data/sparse-rows.js';
import type { FitContext } from '../protocol/recommender.js';
import type { Training } from '../protocol/training.js';

/** Columns of the content features, as in the paper. */
export const CONTENT_WIDTH = 256;

/** Seller × product, and below the sellers customer × product. */
export const withCustomers = (training: Training): SparseRows =>
  merged(sellersAbove(training), customersBelow(training));

/** Seller × product with rows for the customers too, which are empty. */
export const sellersAbove = ({ snapshot: { listed, histories } }: Training): SparseRows => ({
  ...listed,
  rows: listed.rows + histories.rows,
  offsets: Uint32Array.from(
    { length: listed.rows + histories.rows + 1 },
    (_, r) => listed.offsets[Math.min(r, listed.rows)]!,
  ),
});

/** Customer × product below rows for the sellers, which are empty. */
export const customersBelow = ({ snapshot: { listed, histories } }: Training): SparseRows => ({
  ...histories,
  rows: listed.rows + histories.rows,
  offsets: Uint32Array.from(
    { length: listed.rows + histories.rows + 1 },
    (_, r) => histories.offsets[Math.max(0, r - listed.rows)]!,
  ),
});

/** Rows of the one, then those of the other where the one's are empty. */
function merged(above: SparseRows, below: SparseRows): SparseRows {
  const indices = new Uint32Array(above.indices.length + below.indices.length);
  indices.set(above.indices);
  indices.set(below.indices, above.indices.length);
  return { ...above, indices, offsets: above.offsets.map((offset, r) => offset + below.offsets[r]!) };
}

/** What is written about the products: `[products, CONTENT_WIDTH]`. */
export const contentOf = ({ snapshot }: Training, { seed, signal }: FitContext): Promise<Float32Array> =>
  encodeCatalogue(snapshot.log.catalogue, { dimensions: CONTENT_WIDTH, seed, signal });
