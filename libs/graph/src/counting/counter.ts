import type { EdgeCounts } from './edge-counts.js';

/**
 * What the candidate policy and the reduction need to know of co-interaction: how many customers have a product, which
 * pairs are at or over the threshold and with which count. Who counts is behind this port: the embedded counter does it
 * from interactions; the external one takes finished counts from the topic `co-interactions`.
 *
 * Products are numbers of the product interner; a pair is (lower, higher).
 */
export interface CoInteractionCounter {
  /** The pairs at or over the threshold, exact at all times. */
  readonly edges: EdgeCounts;
  /** Products whose number of customers changed since the last `clearDirty`; may hold one more than once. */
  readonly dirtyProducts: number[];

  /** Customers that interacted with the product, also where it has faded from their history. */
  customers(product: number): number;
  /** Customers whose history holds both now: exact, under the threshold too. -1 where only edges are known. */
  count(a: number, b: number): number;
  clearDirty(): void;

  readonly stats: CounterStats;
}

export interface CounterStats {
  /** Customers with a history. */
  customers: number;
  /** Distinct (customer, product) pairs in histories. */
  interactions: number;
  /** Pair counts taken up by one, ever. */
  increments: number;
  /** Pair counts taken down by one, ever. */
  decrements: number;
  /** Distinct pairs with a count above zero: an estimate. */
  pairs: number;
  /** Bytes of the tables in memory. */
  memoryBytes: number;
}
