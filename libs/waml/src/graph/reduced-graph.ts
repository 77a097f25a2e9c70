import { Adjacency } from './adjacency.js';
import type { EdgeList } from './csr-builder.js';
import { buildCsr } from './csr-builder.js';
import { NodeTable } from './node-table.js';
import type { NodeType, Relation } from './node-types.js';

/** Edges whose ends are given by their position in the lists of ids, each end with its own list. */
export interface ReducedGraphInput {
  /** Distinct ids of each type. */
  readonly products: readonly string[];
  readonly sellers: readonly string[];
  readonly categories: readonly string[];
  /** Product–product, with the number of customers whose history holds both. */
  readonly coInteractions: {
    readonly first: ArrayLike<number>;
    readonly second: ArrayLike<number>;
    readonly count: ArrayLike<number>;
  };
  readonly listings: { readonly seller: ArrayLike<number>; readonly product: ArrayLike<number> };
  readonly categoryEdges: { readonly category: ArrayLike<number>; readonly product: ArrayLike<number> };
}

/** `G = (V, E)` of METHOD in memory: nodes of three types, one adjacency per relation, changed in place. */
export class ReducedGraph {
  readonly nodes: NodeTable;
  readonly #relations: Readonly<Record<Relation, Adjacency>>;

  private constructor(nodes: NodeTable, relations: Record<Relation, Adjacency>) {
    this.nodes = nodes;
    this.#relations = relations;
  }

  /**
   * Builds the graph in O(nodes + edges). Nodes are numbered products first, then sellers, then categories, each in the
   * order given. Loops and repeated edges are dropped; of a repeated edge the highest count stays.
   */
  static build(input: ReducedGraphInput): ReducedGraph {
    const nodes = new NodeTable();
    for (const id of input.products) nodes.add('product', id);
    for (const id of input.sellers) nodes.add('seller', id);
    for (const id of input.categories) nodes.add('category', id);
    const firstSeller = input.products.length;
    const firstCategory = firstSeller + input.sellers.length;
    const adjacency = (edges: EdgeList): Adjacency => new Adjacency(buildCsr(nodes.rows, edges));
    return new ReducedGraph(nodes, {
      'co-interaction': adjacency(input.coInteractions),
      listing: adjacency({ first: shifted(input.listings.seller, firstSeller), second: input.listings.product }),
      category: adjacency({
        first: shifted(input.categoryEdges.category, firstCategory),
        second: input.categoryEdges.product,
      }),
    });
  }

  static empty(): ReducedGraph {
    return ReducedGraph.build({
      products: [],
      sellers: [],
      categories: [],
      coInteractions: { first: [], second: [], count: [] },
      listings: { seller: [], product: [] },
      categoryEdges: { category: [], product: [] },
    });
  }

  relation(relation: Relation): Adjacency {
    return this.#relations[relation];
  }

  /** The node's number: the one it has, or a new one. */
  addNode(type: NodeType, id: string): number {
    return this.nodes.add(type, id);
  }

  /** Removes a node with all its edges. Its number may be given to another node later. */
  removeNode(node: number): void {
    for (const relation of Object.values(this.#relations)) relation.clear(node);
    this.nodes.remove(node);
  }
}

function shifted(numbers: ArrayLike<number>, by: number): Uint32Array {
  const result = new Uint32Array(numbers.length);
  for (let i = 0; i < result.length; i++) result[i] = numbers[i]! + by;
  return result;
}
