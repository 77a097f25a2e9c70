/**
 * The shapes that the marketplace is to have, as the paper prints them (tables 1 and 5). docs/decisions/0002 says
 * which of them hold at once.
 */

/** Shares of the candidate set by number of listings (table 1). */
export const TABLE_1 = { cold: 0.142, softCold: 0.479, mildlyWarmed: 0.378, meanListings: 2.8 } as const;

/** Counts per seller, x = |S| (table 5). */
export const TABLE_5 = {
  customers: 1_000,
  products: 1_000,
  /** Not per seller: a ceiling on the number of categories. */
  categoriesAtMost: 100,
  candidates: 5,
  trainingProducts: 30,
  customerProductEdges: 20_000,
  productPairs: 10_000,
  sellerProductEdges: 200,
  categoryProductEdges: 100,
  trainingPairs: 80,
  sellerCandidateEdges: 2.2,
  sellerTrainingEdges: 10,
  categoryTrainingEdges: 30,
  graphNodes: 31,
  graphEdges: 120,
} as const;

/** The candidate policy under which the marketplace has this shape; METHOD's steps 2 and 3. */
export interface ShapePolicy {
  /** A candidate has at least this many distinct customers … */
  readonly minCustomers: number;
  /** … and fewer listings than this. */
  readonly maxListings: number;
  /** Two products are neighbours when at least this many customers touched both. */
  readonly coInteractionThreshold: number;
  /** A customer's history is this many newest distinct products. */
  readonly historyLength: number;
}

/**
 * Why the threshold is 3: table 5 wants 25 x neighbours that are no candidates. With a threshold of 5 or more each of
 * them had 5 customers, hence (being no candidate) 10 listings: 250 x listings, where the whole market has 200 x.
 */
export const MARKETPLACE_POLICY: ShapePolicy = {
  minCustomers: 5,
  maxListings: 10,
  coInteractionThreshold: 3,
  historyLength: 200,
};
