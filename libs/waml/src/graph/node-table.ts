import type { NodeType } from './node-types.js';
import { NODE_TYPES } from './node-types.js';

/**
 * Node ids to node numbers and back. Ids are unique within a type. The number of a removed node is given to the next
 * node that is added, so that a matrix with one row per number does not grow with churn.
 */
export class NodeTable {
  readonly #numbers: Record<NodeType, Map<string, number>> = {
    product: new Map(),
    seller: new Map(),
    category: new Map(),
  };
  readonly #ids: (string | undefined)[] = [];
  readonly #types: (NodeType | undefined)[] = [];
  readonly #free: number[] = [];

  /** One more than the highest number ever given out: rows that a matrix over the nodes needs. */
  get rows(): number {
    return this.#ids.length;
  }

  /** Nodes that are there. */
  get size(): number {
    return this.#ids.length - this.#free.length;
  }

  count(type: NodeType): number {
    return this.#numbers[type].size;
  }

  find(type: NodeType, id: string): number | undefined {
    return this.#numbers[type].get(id);
  }

  /** The node's number: the one it has, or a new one. */
  add(type: NodeType, id: string): number {
    const known = this.#numbers[type].get(id);
    if (known !== undefined) return known;
    const node = this.#free.pop() ?? this.#ids.length;
    this.#ids[node] = id;
    this.#types[node] = type;
    this.#numbers[type].set(id, node);
    return node;
  }

  remove(node: number): void {
    const type = this.#types[node];
    const id = this.#ids[node];
    if (type === undefined || id === undefined) return;
    this.#numbers[type].delete(id);
    this.#types[node] = this.#ids[node] = undefined;
    this.#free.push(node);
  }

  /** Undefined where the number belongs to no node just now. */
  id(node: number): string | undefined {
    return this.#ids[node];
  }

  type(node: number): NodeType | undefined {
    return this.#types[node];
  }

  /** Numbers and ids of all nodes of a type, in the order in which they came. */
  entries(type: NodeType): IterableIterator<[id: string, node: number]> {
    return this.#numbers[type].entries();
  }

  *[Symbol.iterator](): IterableIterator<{ node: number; type: NodeType; id: string }> {
    for (const type of NODE_TYPES) for (const [id, node] of this.#numbers[type]) yield { node, type, id };
  }
}
