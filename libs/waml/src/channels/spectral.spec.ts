import { beforeAll, describe, expect, test } from '@jest/globals';
import { NodeHasher } from '../hashing/node-hasher.js';
import type { PropagationGraph } from '../propagation/propagation-graph.js';
import { propagateReference } from '../propagation/reference.js';
import { dotAt } from './node-vectors.js';
import { gram, orthonormalColumns } from './small-matrix.js';
import { spectralEmbedding, spectralStartColumns } from './spectral.js';

/** A symmetric matrix as a graph with weights; zero entries are no edges. */
function graphOf(matrix: readonly (readonly number[])[]): PropagationGraph {
  const offsets = [0];
  const neighbours: number[] = [];
  const weights: number[] = [];
  for (const row of matrix) {
    row.forEach((weight, column) => {
      if (weight === 0) return;
      neighbours.push(column);
      weights.push(weight);
    });
    offsets.push(neighbours.length);
  }
  return {
    rows: matrix.length,
    offsets: Uint32Array.from(offsets),
    neighbours: Uint32Array.from(neighbours),
    weights: Float32Array.from(weights),
  };
}

function startFor(rows: number, columns: number): Float32Array {
  const width = spectralStartColumns(columns);
  const hasher = new NodeHasher({ seed: 1, kind: 'dense', dimensions: width });
  const start = new Float32Array(rows * width);
  for (let v = 0; v < rows; v++) hasher.addTo(start, v * width, `node ${v}`);
  return start;
}

/** Two triangles of nodes 0 1 2 and 3 4 5, joined by one weak edge, and a node without edges. */
const third = 1 / 3;
const TRIANGLES = [
  [third, third, third, 0, 0, 0, 0],
  [third, third, third, 0, 0, 0, 0],
  [third, third, third, 0.05, 0, 0, 0],
  [0, 0, 0.05, third, third, third, 0],
  [0, 0, 0, third, third, third, 0],
  [0, 0, 0, third, third, third, 0],
  [0, 0, 0, 0, 0, 0, 0],
];

const embed = (matrix: readonly (readonly number[])[], columns: number) =>
  spectralEmbedding(graphOf(matrix), startFor(matrix.length, columns), columns, (...args) =>
    Promise.resolve(propagateReference(...args)),
  );

describe('spectralEmbedding', () => {
  let embedding: Float32Array;
  let basis: Float32Array;
  let eigenvalues: Float32Array;
  beforeAll(async () => ({ embedded: embedding, basis, eigenvalues } = await embed(TRIANGLES, 2)));

  const inner = (a: number, b: number): number => dotAt(embedding, a * 2, embedding, b * 2, 2);

  test('keeps apart what is hardly connected, and together what is', () => {
    expect(inner(0, 1)).toBeGreaterThan(0.3);
    expect(Math.abs(inner(0, 4))).toBeLessThan(0.05);
  });

  test('is the best picture of that rank: here the matrix itself, but for the weak edge', () => {
    for (let a = 0; a < 6; a++)
      for (let b = 0; b < 6; b++) expect(Math.abs(inner(a, b) - TRIANGLES[a]![b]!)).toBeLessThan(0.08);
  });

  test('leaves nodes without edges at zero', () => {
    expect(inner(6, 6)).toBe(0);
  });

  test('is one step S · basis / λ of its basis, so that a node can be embedded from its neighbours', () => {
    TRIANGLES.forEach((row, v) => {
      for (const c of [0, 1]) {
        const step = row.reduce((sum, weight, u) => sum + weight * basis[u * 2 + c]!, 0);
        expect(embedding[v * 2 + c]).toBeCloseTo(step / eigenvalues[c]!, 5);
      }
    });
  });

  test('bears fewer nodes than columns, no edges, and no nodes', async () => {
    expect((await embed([[0], [0]], 3)).embedded).toEqual(new Float32Array(6));
    expect((await embed([[1]], 3)).embedded[0]! ** 2).toBeCloseTo(1, 5);
    expect((await embed([], 3)).embedded).toHaveLength(0);
  });
});

test('orthonormalColumns drops what the other columns span already', () => {
  const dependent = Float32Array.of(1, 2, 0, 1, 2, 1, 0, 0, 3, 2, 4, 0); // the second column is twice the first
  const { columns, k } = orthonormalColumns(dependent, 3);
  expect(k).toBe(2);
  gram(columns, columns, 2)
    .to2DArray()
    .forEach((row, i) => row.forEach((entry, j) => expect(entry).toBeCloseTo(i === j ? 1 : 0, 4)));
});
