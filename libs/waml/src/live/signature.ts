import { hashString, mix32 } from '../hashing/string-hash.js';
import { RELATIONS } from '../graph/node-types.js';
import type { ProductText } from '../model/graph-copy.js';
import type { LiveGraph } from './live-graph.js';

/**
 * Two words that change when a node's vector should: the hash of its text, and that of its neighbourhood, which is the
 * set of its neighbours' ids with the half-octaves of their counts, and the half-octave of its customers. It does not
 * depend on the order of anything, so that it is the same in every process that holds the same graph.
 *
 * @param out `[…, 2]`, written to from `at` on
 */
export function nodeSignature(live: LiveGraph, node: number, out: Uint32Array, at: number): void {
  const { nodes } = live.graph;
  const isProduct = nodes.type(node) === 'product';
  let degree = 0;
  let sum = isProduct ? halfOctave(live.customers(node)) : 0;
  for (const relation of isProduct && !live.isInModel(node) ? [] : RELATIONS) {
    const edges = live.graph.relation(relation);
    const counts = edges.counts(node);
    edges.neighbours(node).forEach((neighbour, i) => {
      if (counts && counts[i]! < live.threshold) return;
      hashString(nodes.id(neighbour)!, relation.length, words);
      degree++;
      sum = (sum + mix32(words[0]! + (counts ? halfOctave(counts[i]!) : 0))) | 0;
    });
  }
  out[at] = isProduct ? textHash(live.text(node)) : 0;
  out[at + 1] = mix32(sum + Math.imul(degree, 0x9e3779b9));
}

function textHash({ title, description }: ProductText): number {
  hashString(`${title}\n${description}`, 0, words);
  return words[0]!;
}

/** Signatures of the given nodes, one after another: `[nodes, 2]`. */
export function nodeSignatures(live: LiveGraph, nodeCount: number): Uint32Array {
  const signatures = new Uint32Array(2 * nodeCount);
  for (let node = 0; node < nodeCount; node++) nodeSignature(live, node, signatures, 2 * node);
  return signatures;
}

const words = new Int32Array(2);

/** A reader of changes is told of a count when this moves (docs/decisions/0007). */
const halfOctave = (count: number): number => (count === 0 ? -1 : Math.floor(2 * Math.log2(count)));
