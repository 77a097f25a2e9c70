import { describe, expect, test } from '@jest/globals';
import { ReducedGraph } from '../graph/reduced-graph.js';
import { propagationGraph } from './propagation-graph.js';

/** p0 –7– p1, s lists p0, both products are in c. Numbers: p0 0, p1 1, s 2, c 3. */
const graph = ReducedGraph.build({
  products: ['p0', 'p1'],
  sellers: ['s'],
  categories: ['c'],
  coInteractions: { first: [0], second: [1], count: [7] },
  listings: { seller: [0], product: [0] },
  categoryEdges: { category: [0, 0], product: [0, 1] },
});

const rowsOf = ({ rows, offsets, neighbours }: ReturnType<typeof propagationGraph>): number[][] =>
  Array.from({ length: rows }, (_, v) => [...neighbours.subarray(offsets[v], offsets[v + 1])]);

describe('propagationGraph', () => {
  test('all relations take part unless told otherwise', () => {
    const all = propagationGraph(graph);
    expect(rowsOf(all)).toEqual([[1, 2, 3], [0, 3], [0], [0, 1]]);
    expect(all.weights).toBeUndefined();
    expect(rowsOf(propagationGraph(graph, { relations: ['listing', 'category'] }))).toEqual([[2, 3], [3], [0], [0, 1]]);
    expect(rowsOf(propagationGraph(graph, { relations: [] }))).toEqual([[], [], [], []]);
  });

  test('log-count weights: an edge without a count counts one', () => {
    const { weights } = propagationGraph(graph, { edgeWeights: 'log-count' });
    expect([...weights!].slice(0, 3)).toEqual([Math.log(8), Math.log(2), Math.log(2)].map(Math.fround));
  });

  test('symmetric normalisation divides by the root of both degrees', () => {
    const { weights } = propagationGraph(graph, { normalisation: 'symmetric' });
    expect([...weights!].slice(0, 3)).toEqual([1 / Math.sqrt(6), 1 / Math.sqrt(3), 1 / Math.sqrt(6)].map(Math.fround));
  });

  test('symmetric normalisation of weighted edges takes weighted degrees', () => {
    const { weights } = propagationGraph(graph, {
      relations: ['co-interaction', 'listing'],
      edgeWeights: 'log-count',
      normalisation: 'symmetric',
    });
    const [w, one] = [Math.log(8), Math.log(2)];
    expect(weights![0]).toBeCloseTo(w / Math.sqrt((w + one) * w), 6);
  });
});
