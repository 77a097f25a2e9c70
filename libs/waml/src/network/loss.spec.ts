import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { collisionLists, collisionMask } from './collisions.js';
import { smallNetwork } from './network.fixture.js';
import { SeededStream } from './random.js';
import { NetworkTrainer } from './trainer.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
});

/** Blocks none and rows of length 1, so that the loss can be worked out by hand. */
const settings = smallNetwork({ dimensions: 2, blocks: 0, loss: { kind: 'contrastive', temperature: 0.1 } });
const lossOf = async (sellers: number[], products: number[], rows: number[]): Promise<number> => {
  const trainer = NetworkTrainer.open(tf, settings);
  const { loss } = await trainer.gradients({ edges: { sellers, products }, rows: Float32Array.from(rows) });
  trainer.dispose();
  return loss;
};

describe('the contrastive loss', () => {
  test('worked by hand: two edges, four different nodes', async () => {
    // p₁ = (1, 0), p₂ = (0, 1), s₁ = (0.6, 0.8), s₂ = (0, 1); τ = 0.1.
    // s₁: p₁ 6, p₂ 8, s₂ 8. ℓ₁ = ln(e⁶ + e⁸ + e⁸) − 6 = 2 + ln(2 + e⁻²) = 2.758620
    // s₂: p₁ 0, p₂ 10, s₁ 8. ℓ₂ = ln(1 + e¹⁰ + e⁸) − 10 = ln(1 + e⁻² + e⁻¹⁰) = 0.126968
    expect(await lossOf([1, 2], [3, 4], [1, 0, 0, 1, 0.6, 0.8, 0, 1])).toBeCloseTo((2.75862 + 0.126968) / 2, 5);
  });

  test('worked by hand: a seller with two edges is neither its own negative nor that of its other product', async () => {
    // The only nodes left in either denominator are the true products: ℓ = 0.
    expect(await lossOf([1, 1], [3, 4], [1, 0, 0, 1, 0.6, 0.8, 0.6, 0.8])).toBeCloseTo(0, 6);
  });

  test('stays finite where a chance underflows', async () => {
    const unbounded = smallNetwork({ ...settings, normalizeOutput: false });
    const trainer = NetworkTrainer.open(tf, unbounded);
    const rows = Float32Array.of(-30, 0, 30, 0, 30, 0, -30, 0);
    const { loss } = await trainer.gradients({ edges: { sellers: [1, 2], products: [3, 4] }, rows });
    trainer.dispose();
    expect(loss).toBe(18_000);
  });
});

test('the collision mask leaves out the seller itself, what it lists, and the true product again', () => {
  const OUT = -1e9;
  expect([...collisionMask({ sellers: [1, 1, 2, 3], products: [10, 11, 10, 12] })]).toEqual(
    // products 10, 11, 10, 12, then sellers 1, 1, 2, 3
    [
      ...[0, OUT, OUT, 0, OUT, OUT, 0, 0],
      ...[OUT, 0, OUT, 0, OUT, OUT, 0, 0],
      ...[OUT, 0, 0, 0, 0, 0, OUT, 0],
      ...[0, 0, 0, 0, 0, 0, 0, OUT],
    ],
  );
});

test('the lists of collisions say what the mask says', () => {
  const stream = new SeededStream(1);
  for (const count of [1, 2, 40]) {
    const nodes = (): number[] => Array.from({ length: count }, () => stream.below(count));
    const edges = { sellers: nodes(), products: nodes() };
    const { starts, columns } = collisionLists(edges);
    const mask = new Float32Array(2 * count * count);
    for (let i = 0; i < count; i++) {
      for (const column of columns.subarray(starts[i], starts[i + 1])) mask[2 * count * i + column] = -1e9;
    }
    expect(mask).toEqual(collisionMask(edges));
  }
});
