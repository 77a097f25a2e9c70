import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { randomBatch, randomParameters, smallNetwork } from './network.fixture.js';
import { SeededStream } from './random.js';
import { referenceLoss } from './reference.fixture.js';
import type { NetworkSettings } from './settings.js';
import { NetworkTrainer } from './trainer.js';

/** Sellers 1 and 2 and product 11 stand more than once; seller 1 lists 10 and 11. */
const SELLERS = [1, 1, 2, 3, 2];
const PRODUCTS = [10, 11, 11, 12, 13];
const DIFFERENCE = 1e-5;

/** Each row of METHOD's ablation table that concerns the trained layers. */
const CASES: [name: string, changes: Partial<NetworkSettings>][] = [
  ['the final model', {}],
  ['no norm of the output', { normalizeOutput: false }],
  ['triplet loss', { loss: { kind: 'triplet', margin: 0.8 } }],
  ['β = 1', { beta: 1 }],
  ['no norm in the blocks', { normalizeBlocks: false }],
  ['plain blocks', { block: 'plain' }],
  [
    'plain blocks and triplet loss, no norm',
    { block: 'plain', loss: { kind: 'triplet', margin: 2 }, normalizeOutput: false },
  ],
  ['dropout', { dropout: 0.4 }],
  ['dropout in plain blocks', { dropout: 0.4, block: 'plain' }],
  ['one block', { blocks: 1 }],
];

beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
});

describe('loss and gradients equal those of the formulas in double precision', () => {
  test.each(CASES)('%s', async (_, changes) => {
    await compare(smallNetwork(changes));
  });

  test('no block at all leaves nothing to train, and the loss of what came in', async () => {
    const settings = smallNetwork({ blocks: 0 });
    const trainer = NetworkTrainer.open(tf, settings);
    const batch = randomBatch(settings, SELLERS, PRODUCTS);
    const { loss, gradients } = await trainer.gradients(batch);
    expect(gradients).toEqual([]);
    expect(loss).toBeCloseTo(referenceLoss(settings, [], rowsOf(settings, batch.rows), batch.edges), 5);
    expect(await trainer.train(batch)).toBeCloseTo(loss, 6);
    trainer.dispose();
  });
});

async function compare(settings: NetworkSettings): Promise<void> {
  const step = 3;
  const parameters = randomParameters(settings, 5);
  const batch = randomBatch(settings, SELLERS, PRODUCTS);
  const before = tf.memory().numTensors;
  const differentiate = async (explicitTransposes: boolean) => {
    const trainer = NetworkTrainer.open(tf, settings, { parameters }, { explicitTransposes });
    const result = await trainer.gradients(batch, step);
    trainer.dispose();
    return result;
  };
  const { loss, gradients } = await differentiate(false);
  expect(await differentiate(true)).toEqual({ loss, gradients });
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

const rowsOf = ({ dimensions: d }: NetworkSettings, rows: Float32Array): number[][] =>
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
