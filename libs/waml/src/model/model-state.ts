/** Sellers' listings as columns of equal length, ascending by time, every (seller, product) once. */
export interface ListingColumns {
  readonly seller: ArrayLike<number>;
  readonly product: ArrayLike<number>;
  /** Unix epoch milliseconds. */
  readonly timeMs: ArrayLike<number>;
}

/** Pairs of products as columns of equal length, each pair once, with the number of customers whose history holds both. */
export interface CoInteractionColumns {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly count: ArrayLike<number>;
}

/** Which products are candidates (the admission part of the candidate policy). */
export interface CandidateRule {
  readonly minCustomers: number;
  readonly maxListings: number;
}

/**
 * All that a model is computed from, at one moment and but for the texts. Products, sellers and categories are numbered
 * by their place in the lists of ids; everything else speaks of these numbers.
 */
export interface ModelState {
  readonly productIds: readonly string[];
  readonly sellerIds: readonly string[];
  readonly categoryIds: readonly string[];
  /** `[products]`: category of each product, -1 where it has none. */
  readonly category: Int32Array;
  /** `[products]`: customers of each product. */
  readonly customers: ArrayLike<number>;
  /** `[products]`: sellers that list it. */
  readonly listingCounts: ArrayLike<number>;
  readonly listings: ListingColumns;
  readonly coInteractions: CoInteractionColumns;
  /** Pairs with a smaller count are not in `coInteractions`: no lower threshold can be tried. */
  readonly lowestCount: number;
  /** Products that may be recommended, ascending. */
  readonly candidates: Int32Array;
}

/** A seller lists a product later: what a model should have foreseen. */
export interface Target {
  readonly seller: number;
  readonly product: number;
}

/**
 * The time replay: a state as of an earlier time, and the listings onto its candidates since then, by sellers that had
 * listed before, ascending by time. Settings and weights are chosen on it.
 */
export interface Replay {
  readonly state: ModelState;
  readonly targets: readonly Target[];
  /**
   * Whether the customers of the state are those of now: what sellers listed since then is in demand by now, so that
   * nothing can be learned of what demand is worth.
   */
  readonly demandIsOfNow?: boolean;
}
