/** A product as the data set knows it; the format has no time for it. */
export interface ProductRow {
  readonly productId: string;
  /** Empty when the product has none. */
  readonly categoryId: string;
  readonly title: string;
  readonly description: string;
}

/** A seller's first listing of a product. */
export interface ListingRow {
  readonly sellerId: string;
  readonly productId: string;
  /** Unix epoch milliseconds. */
  readonly timeMs: number;
}

/** A customer touched a product. */
export interface InteractionRow {
  readonly customerId: string;
  readonly productId: string;
  /** The source's own word: purchase, review, view, … */
  readonly type: string;
  /** Unix epoch milliseconds. */
  readonly timeMs: number;
}

/** A product of the candidate set at the split time. */
export interface CandidateRow {
  readonly productId: string;
  /** Sellers that listed it before the split. */
  readonly listings: number;
  /** Distinct customers that interacted with it before the split. */
  readonly customers: number;
}
