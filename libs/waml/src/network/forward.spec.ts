import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { NetworkForward } from './forward.js';
import { randomParameters, smallNetwork } from './network.fixture.js';
import { SeededStream } from './random.js';
import { NetworkTrainer } from './trainer.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
});

describe('the network for single rows', () => {
  test.each([
    ['METHOD’s final model', {}],
    ['plain blocks', { block: 'plain' as const }],
    ['no norm in the blocks', { normalizeBlocks: false }],
    ['no norm of the output', { normalizeOutput: false }],
    ['no blocks', { blocks: 0 }],
  ])('gives what the tensor backend gives: %s', async (_, changes) => {
    const settings = smallNetwork({ dimensions: 24, ...changes });
    const parameters = randomParameters(settings, 5);
    const rows = new SeededStream(9).normals(40 * 24).map((value) => value / 5);
    rows.fill(0, 0, 24); // a node that no channel says anything of
    const trainer = NetworkTrainer.open(tf, settings, { parameters });
    const expected = await trainer.embed(rows);
    trainer.dispose();
    const network = new NetworkForward({ settings, parameters });
    for (let at = 0; at < rows.length; at += 24) {
      const row = Float64Array.from(rows.subarray(at, at + 24));
      network.apply(row);
      const error = Math.max(...row.map((value, k) => Math.abs(value - expected[at + k]!)));
      expect(error).toBeLessThan(1e-5);
    }
  });

  test('refuses rows of another width, and parameters of other settings', () => {
    const settings = smallNetwork();
    const network = new NetworkForward({ settings, parameters: randomParameters(settings, 1) });
    expect(() => network.apply(new Float64Array(4))).toThrow(expect.objectContaining({ code: 'NETWORK_INVALID' }));
    const other = { ...settings, blocks: 1 };
    expect(() => new NetworkForward({ settings: other, parameters: randomParameters(settings, 1) })).toThrow(
      expect.objectContaining({ code: 'NETWORK_INVALID' }),
    );
  });
});
