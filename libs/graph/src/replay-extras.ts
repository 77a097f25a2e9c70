import type { GraphState } from './state.js';

/** What a replay of the newest listings needs beside the reduced graph. */
export interface ReplayExtras {
  /** When the newest listings began, epoch milliseconds; 0: no replay. */
  readonly startMs: number;
  /** Products by number; some may be in the reduced graph. */
  readonly products: ReadonlySet<number>;
  /** Edges that are not in the reduced graph: a, b, a, b, … with a < b. */
  readonly edges: readonly number[];
}

const NONE: ReplayExtras = { startMs: 0, products: new Set(), edges: [] };

/**
 * Which products were candidates before the newest listings, and their edges. One that has become warm since then is what
 * sellers did list next; the reduced graph has dropped its edges to other warm products, so that a replay on it alone
 * would learn that few edges make a product likely. Customers, counts and the catalogue are as they are now. O(V + E).
 *
 * @param share of all listings in force onto products of the catalogue
 */
export function replayExtras(state: GraphState, share: number): ReplayExtras {
  if (!(share > 0)) return NONE;
  const { productIds, catalogue, listings, counting, reduction, settings } = state;
  const { counter } = counting;
  const startMs = newestListingsStart(state, share);
  const wasCandidate = new Uint8Array(productIds.capacity);
  const products = new Set<number>();
  for (const [product] of productIds.entries()) {
    if (!catalogue.isActive(product) || counter.customers(product) < settings.minCustomers) continue;
    let before = 0;
    for (const seller of listings.sellersOf(product)) if (listings.timeMs(seller, product) < startMs) before++;
    if (before >= settings.maxListings) continue;
    wasCandidate[product] = 1;
    products.add(product);
  }
  const edges: number[] = [];
  counter.edges.forEach((a, b) => {
    if (wasCandidate[a] === 0 && wasCandidate[b] === 0) return;
    if (reduction.shown.get(a, b) >= 0 || !catalogue.isActive(a) || !catalogue.isActive(b)) return;
    edges.push(a, b);
    products.add(a).add(b);
  });
  return { startMs, products, edges };
}

function newestListingsStart({ productIds, catalogue, listings }: GraphState, share: number): number {
  const times: number[] = [];
  for (const [product] of productIds.entries()) {
    if (!catalogue.isActive(product)) continue;
    for (const seller of listings.sellersOf(product)) times.push(listings.timeMs(seller, product));
  }
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((1 - Math.min(share, 1)) * sorted.length))] ?? 0;
}
