import type { HistoryLimits } from './counting/histories.js';

/** What decides the reduced graph, together with the events. */
export interface GraphSettings {
  /** H: distinct products in a customer's history, at most. */
  readonly historyLimit: number;
  /** Distinct products that a customer counts as demand for, at most: the history, and older ones whose pairs do not count. */
  readonly demandLimit: number;
  /** Customers that a pair of products needs to be an edge (METHOD, step 2). */
  readonly coInteractionThreshold: number;
  /** Customers that a product needs to be admitted as a candidate. */
  readonly minCustomers: number;
  /** Listings at which a candidate is warm and is evicted. */
  readonly maxListings: number;
  /** A product is admitted below `maxListings - listingHysteresis` listings. With 0 candidates depend on the events alone. */
  readonly listingHysteresis: number;
  /** A candidate stays down to `minCustomers - demandHysteresis` customers. */
  readonly demandHysteresis: number;
  /** An event dated further ahead of its record's Kafka timestamp than this is refused, milliseconds. */
  readonly maxFutureSkewMs: number;
}

export const DEFAULT_GRAPH_SETTINGS: GraphSettings = {
  historyLimit: 200,
  demandLimit: 1000,
  coInteractionThreshold: 5,
  minCustomers: 5,
  maxListings: 10,
  listingHysteresis: 0,
  demandHysteresis: 0,
  maxFutureSkewMs: 24 * 60 * 60 * 1000,
};

/** What is kept of a customer. The history always counts as demand, whatever the other limit says. */
export function historyLimits(settings: Pick<GraphSettings, 'historyLimit' | 'demandLimit'>): HistoryLimits {
  const { historyLimit: history, demandLimit } = settings;
  return { history, demand: Math.max(history, demandLimit) };
}
