import type { GraphCopy } from './graph-copy.js';
import { at, picked, reduction } from './model-graph.js';

/**
 * A copy without what it holds for the replay alone: METHOD's reduction by the candidates of now. Products are numbered
 * anew; sellers and categories keep their numbers.
 */
export function reducedCopy(copy: GraphCopy): GraphCopy {
  if (copy.replayStartMs === undefined) return copy;
  const { state, texts } = copy;
  const { coInteractions, listings } = state;
  const { isKept, pairs, listings: listed } = reduction(state, state.lowestCount);
  const products = picked(isKept.length, (product) => isKept[product] === 1);
  const place = new Uint32Array(isKept.length);
  products.forEach((product, i) => (place[product] = i));
  const placed = (column: ArrayLike<number>, rows: Uint32Array): Uint32Array => rows.map((i) => place[column[i]!]!);
  return {
    ...copy,
    replayStartMs: undefined,
    past: undefined,
    texts: Array.from(products, (product) => texts[product]!),
    state: {
      ...state,
      productIds: Array.from(products, (product) => state.productIds[product]!),
      category: Int32Array.from(products, (product) => state.category[product]!),
      customers: at(state.customers, products),
      listingCounts: at(state.listingCounts, products),
      listings: {
        seller: at(listings.seller, listed),
        product: placed(listings.product, listed),
        timeMs: Float64Array.from(listed, (i) => listings.timeMs[i]!),
      },
      coInteractions: {
        first: placed(coInteractions.first, pairs),
        second: placed(coInteractions.second, pairs),
        count: at(coInteractions.count, pairs),
      },
      candidates: state.candidates.map((product) => place[product]!),
    },
  };
}
