import type { GraphCopy } from './graph-copy.js';

/**
 * A copy without what it holds for the replay alone: METHOD's reduction by the candidates of now. Products are numbered
 * anew; sellers and categories keep their numbers.
 */
export function reducedCopy(copy: GraphCopy): GraphCopy {
  if (copy.replayStartMs === undefined) return copy;
  const { state, texts } = copy;
  const { coInteractions, listings } = state;
  const isCandidate = new Uint8Array(state.productIds.length);
  for (const product of state.candidates) isCandidate[product] = 1;
  const isKept = isCandidate.slice();
  const pairs = picked(coInteractions.count.length, (i) => {
    const [a, b] = [coInteractions.first[i]!, coInteractions.second[i]!];
    if (isCandidate[a] === 0 && isCandidate[b] === 0) return false;
    isKept[a] = isKept[b] = 1;
    return true;
  });
  const products = picked(isKept.length, (product) => isKept[product] === 1);
  const listed = picked(listings.product.length, (i) => isKept[listings.product[i]!] === 1);
  const place = new Uint32Array(isKept.length);
  products.forEach((product, i) => (place[product] = i));
  const placed = (column: ArrayLike<number>, rows: Uint32Array): Uint32Array => rows.map((i) => place[column[i]!]!);
  const at = (column: ArrayLike<number>, rows: Uint32Array): Uint32Array => rows.map((i) => column[i]!);
  return {
    ...copy,
    replayStartMs: undefined,
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

/** Which of 0 … length − 1 are wanted, ascending. */
function picked(length: number, isWanted: (i: number) => boolean): Uint32Array {
  const places = new Uint32Array(length);
  let kept = 0;
  for (let i = 0; i < length; i++) if (isWanted(i)) places[kept++] = i;
  return places.slice(0, kept);
}
