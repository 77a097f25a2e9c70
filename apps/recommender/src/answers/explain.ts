import { recommender } from '@thaw/contracts';
import type { FoldedLayout } from '../versions/version-vectors.js';
import { type AskingSeller, askingSeller } from './asking-seller.js';
import { Marks } from './marks.js';
import { Reasoner } from './reasons.js';
import { checkExplain, REQUEST_LIMITS } from './request.js';
import { contextOf, type Found, inDemand, nearest, type RankingVersion, type ServingState } from './state.js';

const MOST_BOUGHT_WITH = 100;
const MOST_NEAR_LISTINGS = 5;
const BIAS = 'bias';

const { Standing, Fallback } = recommender;

/** Shared by all calls: each answer is made in one go. */
const hidden = new Marks();

/** Everything for and against recommending a product to a seller. @throws ThawError REQUEST_INVALID */
export function explain(state: ServingState, request: recommender.ExplainRequest): recommender.ExplainResponse {
  checkExplain(request);
  const { graph, version } = state;
  const { products, settings } = graph;
  const { sellerId, productId } = request;
  const asking = askingSeller(state, { seller: { id: sellerId } });
  const product = products.ids.find(productId);
  const common = {
    ...recommender.ExplainResponse.fromPartial({ sellerId, productId }),
    context: contextOf(state, asking.fallback),
    maxListings: settings?.maxListings ?? 0,
    minCustomers: settings?.minCustomers ?? 0,
    sellerListings: asking.listed.length,
  };
  if (product === undefined) return { ...common, standing: Standing.NOT_IN_GRAPH };
  const reasoner = new Reasoner(graph, version?.vectors, asking.listed);
  const { strongest, total } = reasoner.boughtWith(product, MOST_BOUGHT_WITH);
  const ranking = rankOf(state, asking, product, productId);
  return {
    ...common,
    standing: standingOf(state, asking, product, ranking),
    title: products.titles[product]!,
    categoryId: products.categoryId(product),
    candidate: products.isCandidate(product),
    listings: products.listings[product]!,
    customers: products.customers[product]!,
    rank: ranking.rank,
    score: ranking.score,
    channels: ranking.channels,
    boughtWith: strongest,
    boughtWithTotal: total,
    sameCategoryListings: reasoner.sameCategoryListings(product),
    nearListings: reasoner.nearListings(product, MOST_NEAR_LISTINGS),
  };
}

interface Ranking {
  /** From 1; 0 where it has none. */
  readonly rank: number;
  readonly score: number;
  readonly channels: recommender.ChannelShare[];
  /** Whether Recommend shows it. */
  readonly isShown: boolean;
}

function rankOf(state: ServingState, asking: AskingSeller, product: number, productId: string): Ranking {
  const { graph, version } = state;
  hidden.reset(asking.listed, graph.products.ids.capacity);
  const accept = (each: number): boolean => !hidden.has(each);
  if (version === undefined || asking.vector === undefined) {
    const score = graph.products.customers[product]!;
    return { ...placeOf(product, score, inDemand(state, REQUEST_LIMITS.limit, accept)), score, channels: [] };
  }
  const row = version.vectors.vectorOf('product', productId);
  if (row === undefined) return { rank: 0, score: 0, channels: [], isShown: false };
  const channels = sharesOf(version.vectors.layout, asking.vector, row);
  const score = channels.reduce((sum, { share }) => sum + share, 0);
  return { ...placeOf(product, score, firstFound(state, version, asking.vector, accept)), score, channels };
}

const firstFound = (
  state: ServingState,
  version: RankingVersion,
  vector: Float32Array,
  accept: (product: number) => boolean,
): Found[] => nearest(state, version, vector, REQUEST_LIMITS.limit, accept);

function placeOf(product: number, score: number, found: readonly Found[]): Pick<Ranking, 'rank' | 'isShown'> {
  const place = found.findIndex((each) => each.product === product);
  if (place >= 0) return { rank: place + 1, isShown: true };
  const above = found.filter((each) => each.score > score).length;
  return { rank: above < REQUEST_LIMITS.limit ? above + 1 : 0, isShown: false };
}

function standingOf(
  { graph, version }: ServingState,
  { listed, fallback }: AskingSeller,
  product: number,
  { isShown }: Ranking,
): recommender.Standing {
  const { products, settings } = graph;
  if (listed.includes(product)) return Standing.LISTED_BY_SELLER;
  if (products.isCandidate(product)) {
    const hasVector = version?.vectors.vectorOf('product', products.ids.id(product)) !== undefined;
    if (fallback === Fallback.NONE && !hasVector) return Standing.WITHOUT_VECTOR;
    return isShown ? Standing.RANKED : Standing.OUTRANKED;
  }
  if (products.listings[product]! >= (settings?.maxListings ?? Infinity)) return Standing.WARM;
  if (products.customers[product]! < (settings?.minCustomers ?? 0)) return Standing.LITTLE_DEMAND;
  return Standing.HELD_BACK;
}

/** The partial inner products of the channels of two folded rows, `[D]` each, and of the bias: their sum is the score. */
export function sharesOf(
  { channels, dimensions }: FoldedLayout,
  seller: Float32Array,
  product: Float32Array,
): recommender.ChannelShare[] {
  let offset = 0;
  const shares = channels.map(({ name, dimensions: width, weight }) => {
    let share = 0;
    for (let k = offset; k < offset + width; k++) share += seller[k]! * product[k]!;
    offset += width;
    return { channel: name, dimensions: width, weight, share };
  });
  const bias = seller[dimensions - 1]! * product[dimensions - 1]!;
  return [...shares, { channel: BIAS, dimensions: 1, weight: 1, share: bias }];
}
