import { beforeEach, describe, expect, test } from '@jest/globals';
import { buildCsr, SeededStream } from '@thaw/waml';
import { EmbeddingKernel, type Floats, type SpreadGraph, type Triples } from './embedding-kernel.js';

const NODES = 23;
const stream = new SeededStream(4);

let kernel: EmbeddingKernel;
beforeEach(async () => {
  kernel = await EmbeddingKernel.open();
});

const normals = (count: number): Floats => kernel.floatsOf(stream.normals(count));
const closeTo = (actual: Float32Array, expected: ArrayLike<number>): void => {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected[i]!, 4);
};

function randomGraph(): SpreadGraph {
  const ends = (): number[] => Array.from({ length: 60 }, () => stream.below(NODES - 1)); // the last node has no edge
  const { offsets, neighbours } = buildCsr(NODES, { first: ends(), second: ends() });
  return {
    rows: NODES,
    offsets: kernel.indicesOf(offsets),
    neighbours: kernel.indicesOf(neighbours),
    left: normals(NODES),
    right: normals(NODES),
  };
}

describe.each([32, 64, 96])('over rows of %d columns', (d) => {
  test('spread adds up weighted neighbours and what is left of the base', () => {
    const graph = randomGraph();
    const [x, base, y] = [normals(NODES * d), normals(NODES * d), kernel.floats(NODES * d)];
    kernel.spread(graph, d, y, x, base, 0.3, 2);
    const expected = Array.from(base.values, (value) => 0.6 * value);
    for (let v = 0; v < NODES; v++) {
      for (let i = graph.offsets.values[v]!; i < graph.offsets.values[v + 1]!; i++) {
        const u = graph.neighbours.values[i]!;
        const weight = 2 * graph.left.values[v]! * graph.right.values[u]!;
        for (let k = 0; k < d; k++) expected[v * d + k]! += weight * x.values[u * d + k]!;
      }
    }
    closeTo(y.values, expected);
  });

  test.each([undefined, 0.8])('rankTriples gives loss and gradient, with the margin %p', (margin) => {
    const x = normals(NODES * d);
    x.values.forEach((value, i) => (x.values[i] = 0.2 * value));
    const list = () => kernel.indicesOf(Array.from({ length: 40 }, () => stream.below(NODES)));
    const triples: Triples = { count: 40, users: list(), positives: list(), negatives: list() };
    const gradient = kernel.floats(NODES * d);
    const loss = kernel.rankTriples(x, d, triples, gradient, margin);
    const expected = new Float64Array(NODES * d);
    let total = 0;
    for (let t = 0; t < 40; t++) {
      const [u, p, n] = [triples.users, triples.positives, triples.negatives].map(({ values }) => values[t]! * d);
      let apart = 0;
      for (let k = 0; k < d; k++) apart += x.values[u! + k]! * (x.values[p! + k]! - x.values[n! + k]!);
      const misses = margin === undefined || apart < margin;
      total += margin === undefined ? Math.log1p(Math.exp(-apart)) : Math.max(0, margin - apart);
      const slope = margin === undefined ? -1 / (1 + Math.exp(apart)) : misses ? -1 : 0;
      for (let k = 0; k < d; k++) {
        expected[u! + k]! += (slope / 40) * (x.values[p! + k]! - x.values[n! + k]!);
        expected[p! + k]! += (slope / 40) * x.values[u! + k]!;
        expected[n! + k]! -= (slope / 40) * x.values[u! + k]!;
      }
    }
    expect(loss).toBeCloseTo(total / 40, 5);
    closeTo(gradient.values, expected);
  });

  test('addCounted adds rows as often as they count, and gives their squares', () => {
    const [x, y] = [normals(NODES * d), normals(NODES * d)];
    const counts = kernel.floatsOf(Array.from({ length: NODES }, (_, v) => v % 3));
    const expected = Array.from(y.values, (value, i) => value + 0.5 * (Math.floor(i / d) % 3) * x.values[i]!);
    const squares = kernel.addCounted(y, x, counts, d, 0.5);
    closeTo(y.values, expected);
    const sum = x.values.reduce((total, value, i) => total + (Math.floor(i / d) % 3) * value * value, 0);
    expect(squares / sum).toBeCloseTo(1, 5);
  });
});

test('adam moves as the paper has it', () => {
  const slot = { parameter: normals(8), first: kernel.floats(8), second: kernel.floats(8) };
  const expected = Array.from(slot.parameter.values);
  const [m, v] = [new Float64Array(8), new Float64Array(8)];
  for (let step = 1; step <= 5; step++) {
    const gradient = normals(8);
    kernel.adam(slot, gradient, 0.1, step);
    gradient.values.forEach((g, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      expected[i]! -= (0.1 * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8);
    });
  }
  closeTo(slot.parameter.values, expected);
});

test('memory grows under numbers that are kept', () => {
  const small = normals(4);
  const before = [...small.values];
  kernel.floats(1_000_000).values.fill(7);
  expect([...small.values]).toEqual(before);
});
