import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planFolds } from './folds.js';
import { SeededStream } from './random.js';
import { epochBatches, gatherBatch, matrixRows, stepsPerEpoch, type TrainingFold } from './training-data.js';

describe('folds', () => {
  test('hold every edge once when all are sampled, and differ by one edge at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 500 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer(),
        (edges, folds, seed) => {
          fc.pre(folds <= edges);
          const plan = planFolds(edges, { folds, sampled: folds, seed });
          expect(plan.heldOut).toBe(true);
          expect(plan.folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual([...Array(edges).keys()]);
          const sizes = plan.folds.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test('sampled are those of the whole plan', () => {
    const all = planFolds(100, { folds: 5, sampled: 5, seed: 1 }).folds;
    expect(planFolds(100, { folds: 5, sampled: 2, seed: 1 }).folds).toEqual(all.slice(0, 2));
  });

  test("one fold is the paper's way: nothing is held out", () => {
    const { heldOut, folds } = planFolds(3, { folds: 1, sampled: 1, seed: 1 });
    expect(heldOut).toBe(false);
    expect(folds.map((fold) => [...fold])).toEqual([[0, 1, 2]]);
  });

  test.each([
    [3, 4, 1],
    [9, 3, 4],
    [9, 3, 0],
  ])('%i edges in %i folds, %i sampled, cannot be', (edges, folds, sampled) => {
    expect(() => planFolds(edges, { folds, sampled, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'NETWORK_INVALID' }),
    );
  });
});

test('an epoch takes every edge once, each batch with rows of its own fold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4, size: 'max' }),
      fc.integer({ min: 2, max: 9 }),
      fc.integer(),
      (lengths, size, seed) => {
        const folds = lengths.map((length, f): TrainingFold => {
          const matrix = Float32Array.from({ length: 80 }, (_, node) => 1_000 * f + node);
          const sellers = Uint32Array.from({ length }, (_, i) => i);
          return { sellers, products: sellers.map((node) => 40 + node), rows: matrixRows(matrix, 1) };
        });
        const batches = epochBatches(folds, size, new SeededStream(seed));
        expect(batches).toHaveLength(stepsPerEpoch(folds, size));
        const seen = batches.flatMap((batch) => {
          expect(batch.edges.length).toBeLessThanOrEqual(size);
          const { edges, rows } = gatherBatch(batch, 1);
          const f = folds.indexOf(batch.fold);
          const nodes = [...Array.from(edges.products), ...Array.from(edges.sellers)];
          expect([...rows]).toEqual(nodes.map((node) => 1_000 * f + node));
          return Array.from(edges.sellers).map((seller) => `${f}:${seller}`);
        });
        const wanted = folds.reduce((sum, { sellers: { length } }) => sum + length - (length % size === 1 ? 1 : 0), 0);
        expect(new Set(seen).size).toBe(wanted);
        expect(seen).toHaveLength(wanted);
      },
    ),
  );
});
