import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildCsr } from '../graph/csr-builder.js';
import { planPropagation } from './plan.js';
import { PropagationPool } from './pool.js';
import type { PropagationGraph } from './propagation-graph.js';
import { propagateReference } from './reference.js';
import { STAGED_EDGES } from './strip-layout.js';

const kernel = readFileSync(new URL('../../dist/kernel.wasm', import.meta.url));
const WORKERS = [1, 2, 3];
let pools: PropagationPool[];
beforeAll(async () => {
  pools = await Promise.all(WORKERS.map((workers) => PropagationPool.open({ kernel, workers })));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
});

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Shape {
  readonly seed: number;
  readonly rows: number;
  readonly edges: number;
  readonly skew: number;
  readonly weighted: boolean;
}

function randomGraph({ seed, rows, edges, skew, weighted }: Shape): PropagationGraph {
  const random = generator(seed);
  const draw = (): number => Math.floor(rows * random() ** skew);
  const first = Uint32Array.from({ length: edges }, draw);
  const second = Uint32Array.from({ length: edges }, draw);
  const { offsets, neighbours } = buildCsr(rows, { first, second });
  const weights = weighted ? Float32Array.from(neighbours, () => 0.1 + random()) : undefined;
  return { rows, offsets, neighbours, ...(weights && { weights }) };
}

/** The greatest distance of two rows, relative to the length of the expected one. */
function worstRow(actual: Float32Array, expected: Float32Array, dimensions: number): number {
  let worst = 0;
  for (let row = 0; row < expected.length; row += dimensions) {
    let distance = 0;
    let length = 0;
    for (let k = row; k < row + dimensions; k++) {
      distance += (actual[k]! - expected[k]!) ** 2;
      length += expected[k]! ** 2;
    }
    if (distance > 0) worst = Math.max(worst, Math.sqrt(distance / length));
  }
  return worst;
}

const shape = fc.record({
  seed: fc.integer(),
  rows: fc.integer({ min: 1, max: 300 }),
  edges: fc.nat(1500),
  skew: fc.constantFrom(1, 3),
  weighted: fc.boolean(),
});
const alphas = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });

async function onAllPools(graph: PropagationGraph, h: Float32Array, dimensions: number, layers: readonly number[]) {
  const options = { dimensions, alphas: layers };
  const results = await Promise.all(pools.map((pool) => pool.propagate(graph, h, options)));
  for (const result of results) expect(Buffer.compare(bytes(result), bytes(results[0]!))).toBe(0);
  return { actual: results[0]!, expected: propagateReference(graph, h, options) };
}

const bytes = (h: Float32Array): Uint8Array => new Uint8Array(h.buffer, h.byteOffset, h.byteLength);

describe('PropagationPool', () => {
  test('equals the reference to 1e-6 on graphs of any shape, and itself to the bit for 1 to 3 workers', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer({ min: 1, max: 70 }), alphas, async (s, dimensions, layers) => {
        const graph = randomGraph(s);
        const random = generator(s.seed + 1);
        // Vectors of one half-space: their sums do not cancel, so that rounding errors keep their proportion.
        const h = Float32Array.from({ length: s.rows * dimensions }, () => 0.2 + random());
        const { actual, expected } = await onAllPools(graph, h, dimensions, layers);
        expect(worstRow(actual, expected, dimensions)).toBeLessThan(1e-6);
      }),
      { numRuns: 30 },
    );
  });

  test('vectors in all directions, some of them zero', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer({ min: 20, max: 70 }), alphas, async (s, dimensions, layers) => {
        const graph = randomGraph(s);
        const random = generator(s.seed + 1);
        const zero = Uint8Array.from({ length: s.rows }, () => (random() < 0.3 ? 1 : 0));
        const h = Float32Array.from({ length: s.rows * dimensions }, (_, i) =>
          zero[Math.floor(i / dimensions)] ? 0 : random() - 0.5,
        );
        const { actual, expected } = await onAllPools(graph, h, dimensions, layers);
        expect(worstRow(actual, expected, dimensions)).toBeLessThan(1e-5);
      }),
      { numRuns: 30 },
    );
  });

  test('a row with more neighbours than are staged at once is as exact as any other', async () => {
    const rows = STAGED_EDGES + 10;
    const first = new Uint32Array(rows - 1);
    const second = Uint32Array.from({ length: rows - 1 }, (_, i) => i + 1);
    const { offsets, neighbours } = buildCsr(rows, { first, second });
    const random = generator(1);
    const h = Float32Array.from({ length: rows * 3 }, () => 0.2 + random());
    const { actual, expected } = await onAllPools({ rows, offsets, neighbours }, h, 3, [0.4, 0.5]);
    expect(worstRow(actual, expected, 3)).toBeLessThan(1e-6);
  });

  test('a graph of several segments', async () => {
    const graph = randomGraph({ seed: 4, rows: 70_000, edges: 150_000, skew: 2, weighted: true });
    const random = generator(5);
    const h = Float32Array.from({ length: graph.rows }, () => 0.2 + random());
    expect(planPropagation(graph).segments).toHaveLength(2);
    const { actual, expected } = await onAllPools(graph, h, 1, [0.4, 0.5]);
    expect(worstRow(actual, expected, 1)).toBeLessThan(1e-6);
  });

  test('no rows at all', async () => {
    const empty = { rows: 0, offsets: new Uint32Array(1), neighbours: new Uint32Array(0) };
    expect(await pools[0]!.propagate(empty, new Float32Array(0), { dimensions: 4 })).toHaveLength(0);
  });
});
