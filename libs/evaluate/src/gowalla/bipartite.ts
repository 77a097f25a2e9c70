import { NodeHasher, propagationGraph, ReducedGraph, type Propagate } from '@thaw/waml';
import type { ItemsByUser } from './adjacency-lists.js';

/** Users and items in one space, and how many users each item has. */
export interface BipartiteVectors {
  readonly dimensions: number;
  /** `[users, d]` */
  readonly users: Float32Array;
  /** `[items, d]` */
  readonly items: Float32Array;
  readonly itemDegrees: Uint32Array;
}

export interface BipartiteSettings {
  readonly dimensions: number;
  readonly seed: number;
  /** One α per layer. */
  readonly alphas: readonly number[];
}

/** Id hashes propagated over the user–item edges with symmetric normalisation: no training. */
export async function embedBipartite(
  train: ItemsByUser,
  itemCount: number,
  { dimensions, seed, alphas }: BipartiteSettings,
  propagate: Propagate,
): Promise<BipartiteVectors> {
  const seller: number[] = [];
  const product: number[] = [];
  const itemDegrees = new Uint32Array(itemCount);
  train.forEach((items, user) => {
    for (const item of items) {
      seller.push(user);
      product.push(item);
      itemDegrees[item]!++;
    }
  });
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
  const graph = ReducedGraph.build({
    products: names(itemCount),
    sellers: names(train.length),
    categories: [],
    coInteractions: { first: [], second: [], count: [] },
    listings: { seller, product },
    categoryEdges: { category: [], product: [] },
  });
  const hasher = new NodeHasher({ seed, kind: 'dense', dimensions });
  const h = new Float32Array(graph.nodes.rows * dimensions);
  for (const { node, type, id } of graph.nodes) hasher.addTo(h, node * dimensions, `${type}:${id}`);
  const edges = propagationGraph(graph, { relations: ['listing'], normalisation: 'symmetric' });
  const result = await propagate(edges, h, { dimensions, alphas });
  // Nodes are numbered products first, then sellers.
  const split = itemCount * dimensions;
  return { dimensions, items: result.subarray(0, split), users: result.subarray(split), itemDegrees };
}
