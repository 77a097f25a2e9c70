import { normaliseRows, type NodeVectors } from './node-vectors.js';

/** Listings as columns, ascending by time. */
export interface TimedListings {
  readonly seller: ArrayLike<number>;
  readonly product: ArrayLike<number>;
}

/**
 * Sellers as the mean of the products that they list, every older listing counting less: the newest 1, the one
 * `halfLife` listings before it one half.
 *
 * @param products `[products, d]`, rows of length 1 or 0
 */
export function profileVectors(
  products: Float32Array,
  dimensions: number,
  listings: TimedListings,
  sellerCount: number,
  halfLife: number,
): NodeVectors {
  const sellers = new Float32Array(sellerCount * dimensions);
  const newer = new Uint32Array(sellerCount);
  for (let i = listings.seller.length - 1; i >= 0; i--) {
    const seller = listings.seller[i]!;
    const weight = 0.5 ** (newer[seller]!++ / halfLife);
    const from = listings.product[i]! * dimensions;
    const to = seller * dimensions;
    for (let k = 0; k < dimensions; k++) sellers[to + k]! += weight * products[from + k]!;
  }
  return { dimensions, products, sellers: normaliseRows(sellers, dimensions) };
}
