import { recommender, ThawError } from '@thaw/contracts';
import { askingSeller } from './asking-seller.js';
import { checkGetSeller } from './request.js';
import { contextOf, type ServingState } from './state.js';

const MOST_CATEGORIES = 100;
const { SellerVector } = recommender;

/** What is known of a seller. @throws ThawError REQUEST_INVALID, SELLER_UNKNOWN */
export function getSeller(state: ServingState, request: recommender.GetSellerRequest): recommender.GetSellerResponse {
  const { limit } = checkGetSeller(request);
  const { sellerId } = request;
  const { products, sellers } = state.graph;
  if (sellers.find(sellerId) === undefined) {
    throw new ThawError(
      'SELLER_UNKNOWN',
      `The seller ${JSON.stringify(sellerId)} has never listed anything: ask with its listed products instead.`,
      { details: { sellerId } },
    );
  }
  const { listed, vector, isOwn, fallback } = askingSeller(state, { seller: { id: sellerId } });
  const categories = new Map<string, number>();
  for (const product of listed) {
    const category = products.categoryId(product);
    categories.set(category, (categories.get(category) ?? 0) + 1);
  }
  const largest = [...categories].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, MOST_CATEGORIES);
  const { customers, ids } = products;
  const inDemand = [...listed].sort((a, b) => customers[b]! - customers[a]! || (ids.id(a) < ids.id(b) ? -1 : 1));
  return {
    context: contextOf(state, fallback),
    sellerId,
    vector: vector === undefined ? SellerVector.NONE : isOwn ? SellerVector.OWN : SellerVector.OF_LISTINGS,
    listings: listed.length,
    candidateListings: listed.reduce((count, product) => count + (products.isCandidate(product) ? 1 : 0), 0),
    listed: inDemand.slice(0, limit).map((product) => ({
      productId: products.ids.id(product),
      title: products.titles[product]!,
      categoryId: products.categoryId(product),
      candidate: products.isCandidate(product),
      listings: products.listings[product]!,
      customers: products.customers[product]!,
    })),
    categories: largest.map(([categoryId, listings]) => ({ categoryId, listings })),
  };
}
