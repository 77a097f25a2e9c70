import type { NodeTable } from '../graph/node-table.js';
import type { NodeType } from '../graph/node-types.js';
import type { PropagationInput } from '../propagation/input.js';
import type { NodeHashOptions } from './node-hasher.js';
import { NodeHasher } from './node-hasher.js';

export interface NodeInputOptions extends NodeHashOptions {
  /** Whether HASH(node type) is added; on where absent. */
  readonly typeHash?: boolean;
}

/** What is hashed for a node's id: ids are unique within a type only. */
export const idText = (type: NodeType, id: string): string => `${type}:${id}`;

/**
 * `HASH(node id) + HASH(node type)`, the part of METHOD's h⁰ that is no content, for a whole graph:
 * `[nodes.rows, dimensions]`, row-major; rows without a node are zero.
 */
export function nodeInputs(nodes: NodeTable, options: NodeInputOptions): Float32Array {
  const { dimensions, typeHash = true } = options;
  const hasher = new NodeHasher(options);
  const rows = new Float32Array(nodes.rows * dimensions);
  for (const { node, type, id } of nodes) {
    hasher.addTo(rows, node * dimensions, idText(type, id));
    if (typeHash) hasher.addTo(rows, node * dimensions, type);
  }
  return rows;
}

/**
 * The same as hashes, from which the kernel's workers make the rows where they are needed: 16 bytes a node instead of
 * 4 · d. Rows without a node are marked absent.
 */
export function hashedNodeInputs(nodes: NodeTable, options: NodeInputOptions): PropagationInput {
  const { kind, typeHash = true } = options;
  const hasher = new NodeHasher(options);
  const ids = hashKeys(nodes.rows);
  const types = hashKeys(nodes.rows);
  const present = new Uint8Array(new SharedArrayBuffer(nodes.rows));
  for (const { node, type, id } of nodes) {
    present[node] = 1;
    hasher.key(idText(type, id), ids.subarray(2 * node, 2 * node + 2));
    if (typeHash) hasher.key(type, types.subarray(2 * node, 2 * node + 2));
  }
  const hashes = (keys: Int32Array) => ({ kind, keys, present });
  return { hashes: typeHash ? [hashes(ids), hashes(types)] : [hashes(ids)] };
}

const hashKeys = (rows: number): Int32Array => new Int32Array(new SharedArrayBuffer(8 * rows));
