import type { recommender } from '@thaw/contracts';
import { mostInDemand } from '../graph/popular.js';
import { checkListCandidates, pageToken } from './request.js';
import { contextOf, type ServingState } from './state.js';

/** First numbers of listings of the buckets of the paper's table 1. */
const BUCKETS = [0, 1, 4] as const;

/** A page of the candidates, most customers first. @throws ThawError REQUEST_INVALID */
export function listCandidates(
  state: ServingState,
  request: recommender.ListCandidatesRequest,
): recommender.ListCandidatesResponse {
  const { minListings, maxListings, categoryId, limit, after } = checkListCandidates(request);
  const { graph, version } = state;
  const { products } = graph;
  const isWanted = (product: number): boolean => {
    const listings = products.listings[product]!;
    const isIn = listings >= minListings && listings <= maxListings;
    return isIn && (categoryId === undefined || products.categoryId(product) === categoryId);
  };
  const isAfter = (product: number): boolean => {
    if (after === undefined) return true;
    const customers = products.customers[product]!;
    if (customers !== after.customers) return customers < after.customers;
    return products.ids.id(product) > after.productId;
  };
  const counts = BUCKETS.map(() => 0);
  let matching = 0;
  let following = 0;
  for (const product of products.candidates) {
    counts[BUCKETS.findLastIndex((from) => products.listings[product]! >= from)]! += 1;
    if (!isWanted(product)) continue;
    matching += 1;
    if (isAfter(product)) following += 1;
  }
  const page = mostInDemand(graph, limit, (product) => isWanted(product) && isAfter(product));
  const last = page.at(-1);
  const isLastPage = last === undefined || following === page.length;
  return {
    context: contextOf(state),
    candidates: page.map((product) => ({
      productId: products.ids.id(product),
      title: products.titles[product]!,
      categoryId: products.categoryId(product),
      listings: products.listings[product]!,
      customers: products.customers[product]!,
      hasVector: version?.vectors.vectorOf('product', products.ids.id(product)) !== undefined,
    })),
    nextPageToken: isLastPage ? '' : pageToken(products.customers[last]!, products.ids.id(last)),
    matching,
    buckets: counts.map((candidates, i) => ({
      fromListings: BUCKETS[i]!,
      toListings: (BUCKETS[i + 1] ?? Math.max(graph.settings?.maxListings ?? 0, BUCKETS[i]! + 1)) - 1,
      candidates,
    })),
  };
}
