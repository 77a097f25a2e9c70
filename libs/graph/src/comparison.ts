import { halfOctave } from './counting/half-octave.js';
import type { BatchReduction } from './reference.js';
import type { GraphReplica } from './replica.js';

/** One place where a live graph is not what the batch reduction of its events is. */
export interface Difference {
  readonly what: 'product' | 'candidate' | 'customers' | 'edge' | 'count' | 'listing' | 'seller';
  /** The product, "product\nproduct", "seller\nproduct" or seller. */
  readonly id: string;
  readonly live: string | number | boolean | undefined;
  readonly expected: string | number | boolean | undefined;
}

/**
 * Every difference between a copy of the live graph and the batch reduction.
 *
 * @param counts `exact` for a copy just read with ReadGraph; `half-octave` for one that followed the changes, since
 * those tell a new count when its half-octave changes.
 */
export function* compareGraphs(
  live: GraphReplica,
  expected: Omit<BatchReduction, 'histories' | 'counts'>,
  counts: 'exact' | 'half-octave',
): Generator<Difference> {
  const same = (a: number | undefined, b: number | undefined): boolean =>
    counts === 'exact' || a === undefined || b === undefined ? a === b : halfOctave(a) === halfOctave(b);
  yield* members('seller', live.sellers, expected.sellers);
  yield* members('product', live.products, expected.trainingSet);
  for (const [id, product] of live.products) {
    if (product.candidate !== expected.candidates.has(id)) {
      yield { what: 'candidate', id, live: product.candidate, expected: expected.candidates.has(id) };
    }
    const customers = expected.customers.get(id) ?? 0;
    if (!same(product.customers, customers))
      yield { what: 'customers', id, live: product.customers, expected: customers };
    for (const attribute of ['title', 'description', 'categoryId'] as const) {
      const wanted = expected.products.get(id)?.[attribute];
      if (product[attribute] !== wanted) yield { what: 'product', id, live: product[attribute], expected: wanted };
    }
  }
  yield* members('edge', live.edges, expected.edges);
  for (const [id, count] of live.edges) {
    const wanted = expected.edges.get(id);
    if (wanted !== undefined && !same(count, wanted)) yield { what: 'count', id, live: count, expected: wanted };
  }
  const listings = new Map<string, number>();
  for (const product of expected.trainingSet) {
    for (const [seller, timeMs] of expected.listings.get(product) ?? []) listings.set(`${seller}\n${product}`, timeMs);
  }
  yield* members('listing', live.listings, listings);
  for (const [id, timeMs] of live.listings) {
    const wanted = listings.get(id);
    if (wanted !== undefined && wanted !== timeMs) yield { what: 'listing', id, live: timeMs, expected: wanted };
  }
}

interface Members {
  has(id: string): boolean;
  keys(): Iterable<string>;
}

function* members(what: Difference['what'], live: Members, expected: Members): Generator<Difference> {
  for (const id of live.keys()) if (!expected.has(id)) yield { what, id, live: true, expected: false };
  for (const id of expected.keys()) if (!live.has(id)) yield { what, id, live: false, expected: true };
}
