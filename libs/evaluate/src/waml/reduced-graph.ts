import { ReducedGraph } from '@thaw/waml';
import type { CoInteractions } from '../data/co-interactions.js';
import type { Training } from '../protocol/training.js';

/**
 * METHOD's reduction, steps 2 to 5: pairs over the threshold with a candidate end; their products and all candidates;
 * every seller; the listings and categories of these products. Node ids are those of the log.
 */
export function reduceGraph(
  { snapshot, candidates }: Training,
  { first, second, count }: CoInteractions,
  threshold: number,
): ReducedGraph {
  const { catalogue, sellerIds } = snapshot.log;
  const isCandidate = new Uint8Array(catalogue.ids.length);
  for (const product of candidates) isCandidate[product] = 1;
  const inGraph = isCandidate.slice();
  const edges: number[] = [];
  for (let i = 0; i < count.length; i++) {
    const [a, b] = [first[i]!, second[i]!];
    if (count[i]! < threshold || (isCandidate[a] === 0 && isCandidate[b] === 0)) continue;
    inGraph[a] = inGraph[b] = 1;
    edges.push(i);
  }
  const products = [...inGraph.keys()].filter((product) => inGraph[product] === 1);
  const node = new Int32Array(inGraph.length).fill(-1);
  products.forEach((product, i) => (node[product] = i));
  const { seller, product } = snapshot.listings;
  const listings = [...seller.keys()].filter((i) => node[product[i]!]! >= 0);
  const categorised = products.filter((p) => catalogue.category[p]! >= 0);
  return ReducedGraph.build({
    products: products.map((p) => catalogue.ids[p]!),
    sellers: sellerIds,
    categories: catalogue.categoryIds,
    coInteractions: {
      first: edges.map((i) => node[first[i]!]!),
      second: edges.map((i) => node[second[i]!]!),
      count: edges.map((i) => count[i]!),
    },
    listings: { seller: listings.map((i) => seller[i]!), product: listings.map((i) => node[product[i]!]!) },
    categoryEdges: {
      category: categorised.map((p) => catalogue.category[p]!),
      product: categorised.map((p) => node[p]!),
    },
  });
}
