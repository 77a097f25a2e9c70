import type { ReducedGraph } from '../graph/reduced-graph.js';
import type { PropagationGraph } from '../propagation/propagation-graph.js';
import { propagationGraph } from '../propagation/propagation-graph.js';

/** What a co-interaction of cosine 1 weighs against a listing: most cosines are near 0.1, so the two weigh about alike. */
export const CO_INTERACTION_SCALE = 5;

/**
 * All relations, with co-interactions weighted by their cosine, count / √(customersₚ customers_q), instead of their
 * count: so that products which everybody buys are not everybody's neighbours. Normalised symmetrically.
 *
 * @param customersOf customers of a product node
 */
export function affinityGraph(graph: ReducedGraph, customersOf: (node: number) => number): PropagationGraph {
  const { rows, offsets, neighbours } = propagationGraph(graph, {
    relations: ['co-interaction', 'listing', 'category'],
  });
  const pairs = graph.relation('co-interaction');
  const weights = new Float32Array(neighbours.length).fill(1);
  const roots = new Float64Array(rows);
  for (let v = 0; v < rows; v++) {
    // Co-interactions come first in a row, as in the list of relations.
    const counts = pairs.counts(v);
    counts?.forEach((count, i) => {
      const at = offsets[v]! + i;
      const customers = Math.sqrt(Math.max(1, customersOf(v)) * Math.max(1, customersOf(neighbours[at]!)));
      weights[at] = (CO_INTERACTION_SCALE * count) / customers;
    });
    let degree = 0;
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) degree += weights[i]!;
    roots[v] = degree > 0 ? 1 / Math.sqrt(degree) : 0;
  }
  for (let v = 0; v < rows; v++) {
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) weights[i]! *= roots[v]! * roots[neighbours[i]!]!;
  }
  return { rows, offsets, neighbours, weights };
}
