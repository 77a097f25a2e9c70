import type { NodeTable } from '../graph/node-table.js';
import type { NodeType } from '../graph/node-types.js';
import { NodeHasher } from './node-hasher.js';
import type { NodeHashOptions } from './node-hasher.js';

export interface NodeInputOptions extends NodeHashOptions {
  /** Whether HASH(node type) is added; on where absent. */
  readonly typeHash?: boolean;
}

/**
 * Adds `HASH(node id) + HASH(node type)`, the part of METHOD's h⁰ that is no content, for one node. Ids are unique
 * within a type only, so what is hashed for the id is `type:id`.
 */
export class NodeInput {
  readonly #hasher: NodeHasher;
  readonly #typeHash: boolean;

  constructor({ typeHash = true, ...options }: NodeInputOptions) {
    this.#hasher = new NodeHasher(options);
    this.#typeHash = typeHash;
  }

  addTo(out: Float32Array, offset: number, type: NodeType, id: string): void {
    this.#hasher.addTo(out, offset, `${type}:${id}`);
    if (this.#typeHash) this.#hasher.addTo(out, offset, type);
  }
}

/** Node input without content for a whole graph: `[nodes.rows, dimensions]`, row-major; rows without a node are zero. */
export function nodeInputs(nodes: NodeTable, options: NodeInputOptions): Float32Array {
  const input = new NodeInput(options);
  const rows = new Float32Array(nodes.rows * options.dimensions);
  for (const { node, type, id } of nodes) input.addTo(rows, node * options.dimensions, type, id);
  return rows;
}
