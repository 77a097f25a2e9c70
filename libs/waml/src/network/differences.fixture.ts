import { expect } from '@jest/globals';
import { randomBatch, randomParameters } from './network.fixture.js';
import { SeededStream } from './random.js';
import { referenceLoss } from './reference.fixture.js';
import type { NetworkSettings } from './settings.js';
import type { TensorApi, TensorOptions } from './tensor-api.js';
import { NetworkTrainer } from './trainer.js';

/** Sellers 1 and 2 and product 11 stand more than once; seller 1 lists 10 and 11. */
export const SELLERS = [1, 1, 2, 3, 2];
export const PRODUCTS = [10, 11, 11, 12, 13];
const DIFFERENCE = 1e-5;

/**
 * Compares the loss and its gradients with those of the formulas in double precision, by finite differences.
 * @param ways to compute, of equal result
 */
export async function compareWithDifferences(
  tf: TensorApi,
  settings: NetworkSettings,
  ways: readonly [TensorOptions, ...TensorOptions[]],
): Promise<void> {
  const step = 3;
  const parameters = randomParameters(settings, 5);
  const batch = randomBatch(settings, SELLERS, PRODUCTS);
  const before = tf.memory().numTensors;
  const differentiate = async (options: TensorOptions) => {
    const trainer = NetworkTrainer.open(tf, settings, { parameters }, options);
    const result = await trainer.gradients(batch, step);
    trainer.dispose();
    return result;
  };
  const [way, ...others] = ways;
  const { loss, gradients } = await differentiate(way);
  for (const other of others) expect(await differentiate(other)).toEqual({ loss, gradients });
  expect(tf.memory().numTensors).toBe(before);

  const values = parameters.map((parameter) => [...parameter.values]);
  const draws = { factors: dropoutFactors(settings, step), shift: tripletShift(settings, step) };
  const reference = (): number => referenceLoss(settings, values, rowsOf(settings, batch.rows), batch.edges, draws);
  expect(loss).toBeCloseTo(reference(), 5);
  const largest = Math.max(...gradients.map((gradient) => Math.max(...gradient.map(Math.abs))));
  expect(largest).toBeGreaterThan(1e-3);
  for (const [p, row] of values.entries()) {
    for (const [i, value] of row.entries()) {
      row[i] = value + DIFFERENCE;
      const above = reference();
      row[i] = value - DIFFERENCE;
      const slope = (above - reference()) / (2 * DIFFERENCE);
      row[i] = value;
      if (Math.abs(gradients[p]![i]! - slope) <= 1e-4 * Math.max(1, largest)) continue;
      throw new Error(`${parameters[p]!.name}[${i}]: gradient ${gradients[p]![i]!}, finite difference ${slope}`);
    }
  }
}

export const rowsOf = ({ dimensions: d }: NetworkSettings, rows: Float32Array): number[][] =>
  Array.from({ length: rows.length / d }, (_, m) => [...rows.subarray(m * d, (m + 1) * d)]);

/** What the network drops at a step. */
function dropoutFactors({ dropout, blocks, dimensions, seed }: NetworkSettings, step: number): number[][][] {
  const size = 2 * SELLERS.length * dimensions;
  return Array.from({ length: blocks }, (_, j) => {
    const factors = new SeededStream(seed, step, j).dropoutFactors(size, dropout);
    return rowsOf({ dimensions } as NetworkSettings, factors);
  });
}

const tripletShift = ({ seed }: NetworkSettings, step: number): number =>
  1 + new SeededStream(seed, step, -1).below(SELLERS.length - 1);
