import type { EmbeddedCounter } from './counting/embedded-counter.js';
import type { Histories } from './counting/histories.js';
import { PairTable } from './state/pair-table.js';

/** Pairs that are looked at, at most: a second of the ingest thread, which stands still meanwhile. */
const MOST_PAIRS = 12_000_000;

/** Customers as they were at an earlier time, as far as is known. */
export interface PastCounts {
  /** Customers that had interacted with the product. */
  customers(product: number): number;
  /** Customers whose history held both products of an edge of now. Needs a < b. */
  count(a: number, b: number): number;
}

/**
 * Undoes what has changed since then: takes from the counts of now the pairs that are new, and gives back those that
 * have faded. Exact for a customer with no more products than a history holds. Of the others it is not known when they
 * had last touched, by then, what they have touched since: it is taken to have been shortly before.
 *
 * @param timeMs epoch milliseconds
 * @returns undefined where that would take too long. Otherwise O(Σ changed × history) over customers, and memory for the
 *   edges that change
 */
export function countsBefore(counter: EmbeddedCounter, timeMs: number, mostPairs = MOST_PAIRS): PastCounts | undefined {
  const { histories, edges } = counter;
  const newCustomers = new Map<number, number>();
  const newCounts = new PairTable();
  const fadedCounts = new PairTable();
  const countPair = (counts: PairTable, p: number, q: number): void => {
    const [a, b] = p < q ? [p, q] : [q, p];
    if (edges.get(a, b) >= 0) counts.set(a, b, Math.max(0, counts.get(a, b)) + 1);
  };
  let pairs = 0;
  for (let customer = 0; customer < histories.capacity; customer++) {
    const { fresh, added, faded, kept } = sinceThen(histories, customer, timeMs);
    for (const product of fresh) newCustomers.set(product, (newCustomers.get(product) ?? 0) + 1);
    pairs += (added.length + faded.length) * kept.length + (added.length ** 2 + faded.length ** 2) / 2;
    if (pairs > mostPairs) return undefined;
    eachPairOf(added, kept, (p, q) => countPair(newCounts, p, q));
    eachPairOf(faded, kept, (p, q) => countPair(fadedCounts, p, q));
  }
  return {
    customers: (product) => counter.customers(product) - (newCustomers.get(product) ?? 0),
    count: (a, b) => edges.get(a, b) - Math.max(0, newCounts.get(a, b)) + Math.max(0, fadedCounts.get(a, b)),
  };
}

/** Products of one customer. */
interface Since {
  /** Touched first since then. */
  readonly fresh: readonly number[];
  /** In the history now, and not then. */
  readonly added: readonly number[];
  /** In the history then, and not now. */
  readonly faded: readonly number[];
  /** In both. */
  readonly kept: readonly number[];
}

const NOTHING: Since = { fresh: [], added: [], faded: [], kept: [] };

function sinceThen(histories: Histories, customer: number, timeMs: number): Since {
  // Most customers have not come back: nothing of theirs is looked at.
  if (histories.newest(customer) < timeMs) return NOTHING;
  const { products, times, firstTimes } = histories;
  const start = histories.start(customer);
  const places = Array.from({ length: histories.held(customer) }, (_, i) => start + i);
  const old = places.filter((at) => firstTimes[at]! < timeMs);
  const lastByThen = (at: number): number => Math.min(times[at]!, timeMs);
  const idOf = (at: number): string => histories.idOf(products[at]!);
  const { history: limit } = histories.limits;
  const newestFirst =
    old.length <= limit ? old : old.sort((p, q) => lastByThen(q) - lastByThen(p) || (idOf(p) < idOf(q) ? -1 : 1));
  const wasIn = new Set(newestFirst.slice(0, limit));
  const isIn = (at: number): boolean => at < start + histories.length(customer);
  const some = (wanted: (at: number) => boolean): number[] => places.filter(wanted).map((at) => products[at]!);
  return {
    fresh: some((at) => firstTimes[at]! >= timeMs),
    added: some((at) => isIn(at) && !wasIn.has(at)),
    faded: some((at) => !isIn(at) && wasIn.has(at)),
    kept: some((at) => isIn(at) && wasIn.has(at)),
  };
}

/** Every pair of two of `some`, and of one of these with one of `others`. */
function eachPairOf(some: readonly number[], others: readonly number[], visit: (p: number, q: number) => void): void {
  some.forEach((p, i) => {
    for (const q of others) visit(p, q);
    for (let j = i + 1; j < some.length; j++) visit(p, some[j]!);
  });
}
