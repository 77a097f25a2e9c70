import type { EmbeddedCounter } from './counting/embedded-counter.js';
import { PairTable } from './state/pair-table.js';

/** Pairs that are looked at, at most: a second of the ingest thread, which stands still meanwhile. */
const MOST_PAIRS = 12_000_000;

/** Customers as they were at an earlier time, as far as histories tell. */
export interface PastCounts {
  /** Customers that have the product, and touched it last before then. */
  customers(product: number): number;
  /** Customers that have both products of an edge of now, and touched both last before then. Needs a < b. */
  count(a: number, b: number): number;
}

/**
 * Takes from the counts of now what has been touched since. Histories hold the last interaction with each product: who
 * touched one before and again since is missing here, which makes counts too low, never too high.
 *
 * @param timeMs epoch milliseconds
 * @returns undefined where that would take too long. Otherwise O(Σ new × all entries) over customers, and memory for the
 *   edges that change
 */
export function countsBefore(counter: EmbeddedCounter, timeMs: number, mostPairs = MOST_PAIRS): PastCounts | undefined {
  const { histories, edges } = counter;
  if (pairsSince(counter, timeMs) > mostPairs) return undefined;
  const { products, times } = histories;
  const newCustomers = new Map<number, number>();
  const newCounts = new PairTable();
  const since = (p: number, q: number): void => {
    const [a, b] = p < q ? [p, q] : [q, p];
    if (edges.get(a, b) >= 0) newCounts.set(a, b, Math.max(0, newCounts.get(a, b)) + 1);
  };
  for (let customer = 0; customer < histories.capacity; customer++) {
    const start = histories.start(customer);
    const end = start + histories.length(customer);
    for (let at = start; at < end; at++) {
      if (times[at]! < timeMs) continue;
      const product = products[at]!;
      newCustomers.set(product, (newCustomers.get(product) ?? 0) + 1);
      // A pair of two new ones once: at the later of them.
      for (let other = start; other < end; other++) {
        if (other < at || (other > at && times[other]! < timeMs)) since(product, products[other]!);
      }
    }
  }
  return {
    customers: (product) => counter.customers(product) - (newCustomers.get(product) ?? 0),
    count: (a, b) => edges.get(a, b) - Math.max(0, newCounts.get(a, b)),
  };
}

function pairsSince({ histories }: EmbeddedCounter, timeMs: number): number {
  const { times } = histories;
  let pairs = 0;
  for (let customer = 0; customer < histories.capacity; customer++) {
    const start = histories.start(customer);
    const length = histories.length(customer);
    let fresh = 0;
    for (let at = start; at < start + length; at++) if (times[at]! >= timeMs) fresh++;
    pairs += fresh * length;
  }
  return pairs;
}
