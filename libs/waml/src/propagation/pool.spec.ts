import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import { NodeTable } from '../graph/node-table.js';
import { hashedNodeInputs, nodeInputs } from '../hashing/node-input.js';
import { planPropagation } from './plan.js';
import { PropagationPool } from './pool.js';
import type { PropagationGraph } from './propagation-graph.js';
import { sharedMatrix } from './input.js';
import { propagateReference } from './reference.js';

const kernel = readFileSync(new URL('../../dist/kernel.wasm', import.meta.url));

/** 0 – 1 – 2, and 3 alone. */
const path: PropagationGraph = {
  rows: 4,
  offsets: Uint32Array.of(0, 1, 3, 4, 4),
  neighbours: Uint32Array.of(1, 0, 2, 1),
};
const h = Float32Array.of(2, 0, 0, 3, 0, -5, 0, 0.5);
const options = { dimensions: 2, alphas: [0.4] };
const expected = [0.4, 0.6, 0.4243, -0.0243, 0, 0.2, 0, 1];

const rounded = (rows: Float32Array): number[] => [...rows].map((x) => Math.round(x * 1e4) / 1e4);

async function withPool<T>(use: (pool: PropagationPool) => Promise<T>, workers = 2): Promise<T> {
  const pool = await PropagationPool.open({ kernel, workers });
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

const distance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

/** Layers for minutes. */
const endless = new Array<number>(2_000_000).fill(0.5);

/** A controller, and a promise that resolves when the pool, about to start its threads, listens to it. */
function abortable(): { controller: AbortController; running: Promise<void> } {
  const controller = new AbortController();
  const { signal } = controller;
  const running = new Promise<void>((resolve) => {
    const listen = signal.addEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: () => void) => {
      listen(type, listener);
      resolve();
    };
  });
  return { controller, running };
}

describe('PropagationPool', () => {
  test('propagations wait for each other, whatever becomes of the one before', () =>
    withPool(async (pool) => {
      const first = pool.propagate(path, new Float32Array(3), options);
      const second = pool.propagate(path, h, options);
      const third = pool.propagate(planPropagation(path), { matrix: h }, options);
      await expect(first).rejects.toMatchObject({ code: 'PROPAGATION_INPUT_INVALID' });
      expect(rounded(await second)).toEqual(expected);
      expect(rounded(await third)).toEqual(expected);
    }));

  test('rows can be read where they lie', () =>
    withPool(async (pool) => {
      const row = new Float32Array(2);
      const read = await pool.propagateAndUse(path, h, options, (result) => {
        result.read(1, row);
        return rounded(row);
      });
      expect(read).toEqual(expected.slice(2, 4));
    }));

  test('leaves the layers in between, and maps linearly without norms, as the reference does', () =>
    withPool(async (pool) => {
      const rows = 300;
      const dimensions = 20;
      const wide = Float32Array.from({ length: rows * dimensions }, (_, i) => Math.sin(i * i));
      const ring: PropagationGraph = {
        rows,
        offsets: Uint32Array.from({ length: rows + 1 }, (_, v) => 2 * v),
        neighbours: Uint32Array.from({ length: 2 * rows }, (_, i) => ((i >> 1) + (i % 2 ? 7 : rows - 7)) % rows),
        weights: Float32Array.from({ length: 2 * rows }, () => 0.5),
      };
      const alphas = [0.4, 0.5, 0.7];
      const both = [0, 1].map(() => [sharedMatrix(rows, dimensions), sharedMatrix(rows, dimensions)]);
      await pool.propagate(ring, wide, { dimensions, alphas, layers: both[0]! });
      propagateReference(ring, wide, { dimensions, alphas, layers: both[1]! });
      both[0]!.forEach((layer, i) => expect(distance(layer, both[1]![i]!)).toBeLessThan(1e-6));
      const linear = { dimensions, alphas, normalise: false };
      const mapped = await pool.propagate(ring, wide, linear);
      expect(distance(mapped, propagateReference(ring, wide, linear))).toBeLessThan(1e-6);
      await expect(
        pool.propagate(ring, wide, { dimensions, alphas, layers: [new Float32Array(3)] }),
      ).rejects.toMatchObject({ code: 'PROPAGATION_INPUT_INVALID' });
    }));

  test('hashed input is the same as the rows made of it', () =>
    withPool(async (pool) => {
      const nodes = new NodeTable();
      nodes.add('product', 'a');
      nodes.remove(nodes.add('product', 'gone'));
      nodes.add('seller', 'b');
      nodes.add('category', 'c');
      nodes.add('seller', 'gone');
      nodes.remove(nodes.find('seller', 'gone')!);
      const input = { seed: 1, kind: 'dense', dimensions: 20 } as const;
      const settings = { dimensions: 20, alphas: [0.4, 0.5] };
      const graph = { ...path, rows: nodes.rows };
      const fromRows = await pool.propagate(graph, nodeInputs(nodes, input), settings);
      expect(await pool.propagate(graph, hashedNodeInputs(nodes, input), settings)).toEqual(fromRows);
    }));

  test('an aborted propagation rejects with the reason, before or while it runs, and the next one works', () =>
    withPool(async (pool) => {
      const reason = new Error('enough');
      await expect(pool.propagate(path, h, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const { controller, running } = abortable();
      const propagation = pool.propagate(path, h, { ...options, alphas: endless, signal: controller.signal });
      await running;
      controller.abort(reason);
      await expect(propagation).rejects.toBe(reason);
      expect(rounded(await pool.propagate(path, h, options))).toEqual(expected);
    }));

  test('a worker that dies ends the propagation with an error, not with silence, and the next one works', () =>
    withPool(async (pool) => {
      // A neighbour far beyond the memory's end makes the kernel trap.
      const plan = planPropagation(path);
      const segments = plan.segments.map((segment) => ({ ...segment, neighbours: new Uint32Array(4).fill(2 ** 25) }));
      const broken = pool.propagate({ ...plan, segments }, h, options);
      await expect(broken).rejects.toMatchObject({ code: 'PROPAGATION_WORKER_FAILED', cause: expect.anything() });
      expect(rounded(await pool.propagate(path, h, options))).toEqual(expected);
    }));

  test('closing ends a propagation that runs, and a closed pool says so', async () => {
    const pool = await PropagationPool.open({ kernel, workers: 2 });
    await pool.propagate(path, h, options);
    const { controller, running } = abortable();
    const propagation = pool.propagate(path, h, { ...options, alphas: endless, signal: controller.signal });
    const ended = expect(propagation).rejects.toMatchObject({ code: 'PROPAGATION_WORKER_FAILED' });
    await running;
    await pool.close();
    await ended;
    await expect(pool.propagate(path, h, options)).rejects.toThrow('the pool was closed');
  });

  test('a graph too large for one strip is refused with what to do', () =>
    withPool(async (pool) => {
      const rows = 17_000_000;
      const graph = { ...planPropagation(path), rows };
      await expect(pool.propagateAndUse(graph, {}, options, () => 0)).rejects.toMatchObject({
        code: 'PROPAGATION_MEMORY_REFUSED',
        message: expect.stringContaining('17000000 rows'),
      });
    }));

  test.each([0, 1.5, NaN])('%d workers are refused', async (workers) => {
    await expect(PropagationPool.open({ kernel, workers })).rejects.toThrow(ThawError);
  });

  test('what is no kernel is refused', async () => {
    await expect(PropagationPool.open({ kernel: Uint8Array.of(1, 2), workers: 1 })).rejects.toThrow('npm run build');
  });

  test.each([0, -3, 2.5])('%d dimensions are refused', (dimensions) =>
    withPool((pool) => expect(pool.propagate(path, h, { dimensions })).rejects.toThrow(ThawError)),
  );
});
