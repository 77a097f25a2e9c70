import { describe, expect, test } from '@jest/globals';
import { MODEL_NAMES, modelsNamed, QUICK_MODEL_NAMES, type ModelTools } from './models.js';
import { referencePropagation, sameWorld, worldsTraining } from './testing.fixture.js';

const training = worldsTraining();
const tools: ModelTools = {
  propagate: referencePropagation,
  tensors: () => Promise.reject(new Error('none of these needs one')),
};
/** The others are tested in neural/gradients.spec.ts and waml/waml-network.spec.ts; of them, this one needs no tensors. */
const TESTED = [...QUICK_MODEL_NAMES, 'lightgcn'];
/** Models that know no seller from another. */
const IMPERSONAL = ['random', 'top-listings', 'top-demand'];

test('what is trained step by step is not among those that take seconds, the rest is', () => {
  const slow = MODEL_NAMES.filter((name) => !QUICK_MODEL_NAMES.includes(name));
  expect(slow).toEqual([
    'ncf',
    'ncf-content',
    'gcmc',
    'gat',
    'gat-dropoutnet',
    'lightgcn',
    'lightgcn-content',
    'waml-network',
  ]);
});

describe('every model', () => {
  test.each(modelsNamed(TESTED, tools).map((model) => [model.name, model] as const))(
    '%s scores the candidates, and the personal ones know whose world is whose',
    async (name, model) => {
      const scores = await model.fit(training, { seed: 1 });
      expect(() => JSON.stringify(scores.settings)).not.toThrow();
      let right = 0;
      for (let seller = 0; seller < training.snapshot.listed.rows; seller++) {
        const values = Array.from(scores.scoresOf(seller));
        expect(values).toHaveLength(training.candidates.length);
        expect(values.every((value) => Number.isFinite(value))).toBe(true);
        const best = values.indexOf(Math.max(...values));
        if (sameWorld(seller, training.candidates[best]!)) right++;
      }
      const share = right / training.snapshot.listed.rows;
      if (IMPERSONAL.includes(name)) expect(share).toBeLessThan(0.7);
      else expect(share).toBeGreaterThan(0.8);
    },
  );

  test.each(['random', 'svd', 'als', 'waml', 'lightgcn'])('%s gives the same for the same seed', async (name) => {
    const [model] = modelsNamed([name], tools);
    const [one, other] = [await model!.fit(training, { seed: 3 }), await model!.fit(training, { seed: 3 })];
    expect(Array.from(one.scoresOf(1))).toEqual(Array.from(other.scoresOf(1)));
  });
});
