import { recommender } from '@thaw/contracts';
import type { Accept, Hit } from '@thaw/index';
import type { PopularCandidates } from '../graph/popular.js';
import type { ServingGraph } from '../graph/serving-graph.js';
import type { ProductNumbers } from '../versions/product-numbers.js';
import type { VersionVectors } from '../versions/version-vectors.js';

/** A product that was found, by its number in the graph. */
export interface Found {
  readonly product: number;
  readonly score: number;
}

/** The version that ranks, as answers need it. */
export interface RankingVersion {
  readonly version: string;
  /** Unix epoch milliseconds. */
  readonly publishedAtMs: number;
  readonly vectors: VersionVectors;
  readonly numbers: ProductNumbers;
  /** The best that are accepted, by product id. */
  search(query: Float32Array, limit: number, accept: Accept): readonly Hit[];
}

/** All that an answer is made of: taken once at its beginning, so that no answer mixes two versions or two graphs. */
export interface ServingState {
  readonly graph: ServingGraph;
  /** Seconds since the newest change was applied. */
  readonly graphAgeSeconds: number;
  readonly popular: PopularCandidates;
  readonly version: RankingVersion | undefined;
  /** Unix epoch milliseconds. */
  readonly nowMs: number;
}

/** What an answer says about itself. */
export function contextOf(
  { graph, graphAgeSeconds, version, nowMs }: ServingState,
  fallback: recommender.Fallback = recommender.Fallback.NONE,
): recommender.AnswerContext {
  return {
    version: version?.version ?? '',
    graphSequence: graph.sequence,
    graphAgeSeconds,
    versionAgeSeconds: version === undefined ? 0 : Math.max(0, (nowMs - version.publishedAtMs) / 1000),
    fallback,
  };
}

/** The product as an answer shows it. */
export function shown(
  { products }: ServingGraph,
  { product, score }: Found,
  reasons?: recommender.Reasons,
): recommender.RecommendedProduct {
  return {
    productId: products.ids.id(product),
    title: products.titles[product]!,
    categoryId: products.categoryId(product),
    score,
    listings: products.listings[product]!,
    customers: products.customers[product]!,
    reasons,
  };
}

/** The candidates in demand that are accepted; their score is the number of customers. */
export function inDemand(
  { graph, popular }: ServingState,
  limit: number,
  accept: (product: number) => boolean,
): Found[] {
  const found = popular.top(graph, limit, accept);
  return found.map((product) => ({ product, score: graph.products.customers[product]! }));
}

/** The nearest candidates that are accepted. */
export function nearest(
  { graph }: ServingState,
  version: RankingVersion,
  query: Float32Array,
  limit: number,
  accept: (product: number) => boolean,
): Found[] {
  const { products } = graph;
  const { numbers } = version;
  const hits = version.search(query, limit, (id, row) => {
    const product = numbers.find(products.ids, id, row);
    return product !== undefined && products.isCandidate(product) && accept(product);
  });
  return hits.map(({ id, row, score }) => ({ product: numbers.find(products.ids, id, row)!, score }));
}
