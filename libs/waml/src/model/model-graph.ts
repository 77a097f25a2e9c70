import { ReducedGraph } from '../graph/reduced-graph.js';
import type { ModelState } from './model-state.js';

/**
 * METHOD's reduction, steps 2 to 5, of a state: pairs over the threshold with a candidate end; their products and all
 * candidates; the listings and categories of these products. Every product, seller and category of the state is a node,
 * products first, then sellers, then categories, so that node numbers are known without a look-up; a product that the
 * reduction leaves out is a node without edges.
 */
export function modelGraph(state: ModelState, threshold: number): ReducedGraph {
  const { isKept, pairs, listings } = reduction(state, threshold);
  const categorised = picked(isKept.length, (product) => isKept[product] === 1 && state.category[product]! >= 0);
  return build(state, pairs, listings, categorised);
}

/** What METHOD's reduction keeps of a state: `[products]` marks, and places of the pairs and listings. */
export interface Reduction {
  readonly isKept: Uint8Array;
  readonly pairs: Uint32Array;
  readonly listings: Uint32Array;
}

/** Steps 2 to 4 of METHOD's reduction: {@link modelGraph} without the graph. */
export function reduction(
  { productIds, candidates, coInteractions, listings }: ModelState,
  threshold: number,
): Reduction {
  const { first, second, count } = coInteractions;
  const isCandidate = new Uint8Array(productIds.length);
  for (const product of candidates) isCandidate[product] = 1;
  const isKept = isCandidate.slice();
  const pairs = picked(count.length, (i) => {
    const [a, b] = [first[i]!, second[i]!];
    if (count[i]! < threshold || (isCandidate[a] === 0 && isCandidate[b] === 0)) return false;
    isKept[a] = isKept[b] = 1;
    return true;
  });
  return { isKept, pairs, listings: picked(listings.product.length, (i) => isKept[listings.product[i]!] === 1) };
}

/** All edges of a state, whatever their count and whoever their ends. Nodes are numbered alike. */
export function wholeGraph(state: ModelState): ReducedGraph {
  const { category, coInteractions, listings } = state;
  const all = (columns: { readonly length: number }): Uint32Array => picked(columns.length, () => true);
  const categorised = picked(category.length, (product) => category[product]! >= 0);
  return build(state, all(coInteractions.count), all(listings.product), categorised);
}

function build(
  { productIds, sellerIds, categoryIds, category, coInteractions, listings }: ModelState,
  pairs: Uint32Array,
  listed: Uint32Array,
  categorised: Uint32Array,
): ReducedGraph {
  const { first, second, count } = coInteractions;
  return ReducedGraph.build({
    products: productIds,
    sellers: sellerIds,
    categories: categoryIds,
    coInteractions: { first: at(first, pairs), second: at(second, pairs), count: at(count, pairs) },
    listings: { seller: at(listings.seller, listed), product: at(listings.product, listed) },
    categoryEdges: { category: at(category, categorised), product: categorised },
  });
}

/** Which of 0 … length − 1 are wanted, ascending. */
export function picked(length: number, isWanted: (i: number) => boolean): Uint32Array {
  const places = new Uint32Array(length);
  let kept = 0;
  for (let i = 0; i < length; i++) if (isWanted(i)) places[kept++] = i;
  return places.subarray(0, kept);
}

/** The entries of a column at these places. */
export const at = (column: ArrayLike<number>, places: Uint32Array): Uint32Array => places.map((i) => column[i]!);
