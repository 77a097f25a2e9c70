import { recommender, ThawError } from '@thaw/contracts';
import { sellerOf } from '../versions/version-vectors.js';
import { askingSeller } from './asking-seller.js';
import { Marks } from './marks.js';
import { Reasoner, strongestEdges } from './reasons.js';
import { checkGetProduct, checkRecommend, checkSimilar } from './request.js';
import { contextOf, type Found, inDemand, nearest, type ServingState, shown } from './state.js';

const { Fallback } = recommender;

const NEIGHBOURS_TOLD = 10;

/** Shared by all calls: each answer is made in one go. */
const hidden = new Marks();

/** Candidates for a seller, best first. @throws ThawError REQUEST_INVALID */
export function recommend(state: ServingState, request: recommender.RecommendRequest): recommender.RecommendResponse {
  const query = checkRecommend(request);
  const { graph, version } = state;
  const { products } = graph;
  const { listed, vector, fallback } = askingSeller(state, query);
  const excluded = [...query.exclude].map((id) => products.ids.find(id)).filter((product) => product !== undefined);
  hidden.reset(listed, products.ids.capacity).add(excluded);
  const { categories, limit } = query;
  const accept = (product: number): boolean =>
    !hidden.has(product) && (categories === undefined || categories.has(products.categoryId(product)));
  const found =
    vector === undefined || version === undefined
      ? inDemand(state, limit, accept)
      : nearest(state, version, vector, limit, accept);
  const reasoner = query.explain ? new Reasoner(graph, version?.vectors, listed) : undefined;
  return {
    context: contextOf(state, fallback),
    products: found.map((each) => shown(graph, each, reasoner?.of(each.product))),
  };
}

/** Candidates near a product, best first. @throws ThawError REQUEST_INVALID, PRODUCT_UNKNOWN */
export function similar(state: ServingState, request: recommender.SimilarRequest): recommender.SimilarResponse {
  const { productId, limit } = checkSimilar(request);
  const { graph, version } = state;
  const { products } = graph;
  const product = productOf(state, productId);
  const isOther = (each: number): boolean => each !== product;
  const row = version?.vectors.vectorOf('product', productId);
  const answer = (found: readonly Found[], fallback: recommender.Fallback): recommender.SimilarResponse => ({
    context: contextOf(state, fallback),
    products: found.map((each) => shown(graph, each)),
  });
  if (version !== undefined && row !== undefined) {
    const query = sellerOf(version.vectors.layout, [row]);
    return answer(nearest(state, version, query, limit, isOther), Fallback.NONE);
  }
  const category = products.category[product]!;
  const found = inDemand(state, limit, (each) => isOther(each) && products.category[each] === category);
  return answer(found, version === undefined ? Fallback.NO_VERSION : Fallback.NO_VECTOR);
}

/** What is known of a product. @throws ThawError REQUEST_INVALID, PRODUCT_UNKNOWN */
export function getProduct(
  state: ServingState,
  request: recommender.GetProductRequest,
): recommender.GetProductResponse {
  const productId = checkGetProduct(request);
  const { graph, version } = state;
  const { products } = graph;
  const product = productOf(state, productId);
  const { strongest, total } = strongestEdges(graph, product, NEIGHBOURS_TOLD, () => true);
  return {
    context: contextOf(state),
    productId,
    categoryId: products.categoryId(product),
    title: products.titles[product]!,
    description: products.descriptions[product]!,
    candidate: products.isCandidate(product),
    listings: products.listings[product]!,
    customers: products.customers[product]!,
    hasVector: version?.vectors.vectorOf('product', productId) !== undefined,
    edges: total,
    neighbours: strongest,
  };
}

function productOf({ graph }: ServingState, id: string): number {
  const product = graph.products.ids.find(id);
  if (product !== undefined) return product;
  throw new ThawError(
    'PRODUCT_UNKNOWN',
    `The product ${JSON.stringify(id)} is not in the reduced graph: it is no candidate, and has no edge to one.`,
    { details: { productId: id } },
  );
}
