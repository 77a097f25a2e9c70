import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compareWithDifferences, PRODUCTS, rowsOf, SELLERS } from './differences.fixture.js';
import { randomBatch, smallNetwork } from './network.fixture.js';
import { referenceLoss } from './reference.fixture.js';
import type { NetworkSettings } from './settings.js';
import { NetworkTrainer } from './trainer.js';

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
    await compareWithDifferences(tf, smallNetwork(changes), [
      { explicitTransposes: false },
      { explicitTransposes: true },
    ]);
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
