import { recommender } from '@thaw/contracts';
import type { ServingGraph } from '../graph/serving-graph.js';
import { sellerOf } from '../versions/version-vectors.js';
import type { RecommendQuery } from './request.js';
import type { RankingVersion, ServingState } from './state.js';

/** A vector of a seller that the version does not know is made of this many of its newest listings, at most. */
const LISTINGS_OF_A_VECTOR = 1000;

/** Whom a call to Recommend is about: the products it lists, and its vector, or why it has none. */
export interface AskingSeller {
  /** By number in the graph. */
  readonly listed: Uint32Array;
  readonly vector: Float32Array | undefined;
  /** Whether the version has the vector, rather than its being made of the listings'. */
  readonly isOwn: boolean;
  /** NONE where there is a vector. */
  readonly fallback: recommender.Fallback;
}

const { Fallback } = recommender;

/** Finds the seller in the graph, or makes one of the products that it means to list. */
export function askingSeller(
  { graph, version }: ServingState,
  { seller }: Pick<RecommendQuery, 'seller'>,
): AskingSeller {
  const known = 'id' in seller ? graph.sellers.find(seller.id) : undefined;
  const listed = 'lists' in seller ? numbersOf(graph, seller.lists) : listingsOf(graph, known);
  const without = (fallback: recommender.Fallback): AskingSeller => ({
    listed,
    vector: undefined,
    isOwn: false,
    fallback,
  });
  if ('id' in seller && known === undefined) return without(Fallback.UNKNOWN_SELLER);
  if (listed.length === 0) {
    return without('lists' in seller ? Fallback.UNKNOWN_SELLER : Fallback.SELLER_WITHOUT_LISTINGS);
  }
  if (version === undefined) return without(Fallback.NO_VERSION);
  const own = 'id' in seller ? version.vectors.vectorOf('seller', seller.id) : undefined;
  const vector = own ?? vectorOfListings(graph, version, listed);
  if (vector === undefined) return without(Fallback.NO_VECTOR);
  return { listed, vector, isOwn: own !== undefined, fallback: Fallback.NONE };
}

function listingsOf({ listed }: ServingGraph, seller: number | undefined): Uint32Array {
  return seller === undefined ? new Uint32Array(0) : listed.slice(seller);
}

function numbersOf({ products }: ServingGraph, ids: readonly string[]): Uint32Array {
  return Uint32Array.from(ids.map((id) => products.ids.find(id)).filter((product) => product !== undefined));
}

function vectorOfListings(
  { products }: ServingGraph,
  { vectors }: RankingVersion,
  listed: Uint32Array,
): Float32Array | undefined {
  const rows: Float32Array[] = [];
  for (const product of listed.subarray(-LISTINGS_OF_A_VECTOR)) {
    const row = vectors.vectorOf('product', products.ids.id(product));
    if (row !== undefined) rows.push(row);
  }
  return rows.length === 0 ? undefined : sellerOf(vectors.layout, rows);
}
