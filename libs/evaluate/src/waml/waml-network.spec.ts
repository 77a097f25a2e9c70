import { beforeAll, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { evaluate } from '../protocol/evaluate.js';
import type { Scores } from '../protocol/recommender.js';
import { referencePropagation, sameWorld, worldsExercise, worldsTraining } from '../testing.fixture.js';
import { DEFAULT_WAML_NETWORK_OPTIONS, wamlNetwork, type NetworkFit } from './waml-network.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false; // which spares the log its advertisement
});

interface Fitted {
  readonly fit: NetworkFit;
  readonly told: readonly string[];
}

/** The model, with a clock that counts its readings: as many steps on every machine. */
function modelOf(onTrained?: (fit: NetworkFit) => void) {
  let ms = 0;
  const options = { ...DEFAULT_WAML_NETWORK_OPTIONS, dimensions: 64, maxMs: 200, nowMs: () => (ms += 10) };
  const tensors = () => Promise.resolve(tf);
  return wamlNetwork(referencePropagation, tensors, { ...options, ...(onTrained && { onTrained }) });
}

const training = worldsTraining();

async function fitted(): Promise<Fitted & { readonly scores: Scores }> {
  let fit: NetworkFit | undefined;
  const told: string[] = [];
  const onProgress = (what: string): void => void told.push(what);
  const scores = await modelOf((one) => (fit = one)).fit(training, { seed: 3, onProgress });
  return { scores, fit: fit!, told };
}

test('waml-network ranks with the network’s block whatever the gate says, and says what that is', async () => {
  const { scores, fit, told } = await fitted();
  const { settings, note } = scores;
  // The replay of so small a log has too few listings for the gate to keep any network.
  expect(fit.trial.isKept).toBe(false);
  expect(note).toMatch(/^the gate of a run would have said: Recall@100 .* too few to tell, channels alone$/);
  expect(settings['network']).toMatchObject({ gate: 'channels alone', steps: fit.trained.steps });
  const { network: lambda } = settings['weights'] as Record<string, number>;
  expect(lambda).toBeCloseTo(fit.trial.learned.weights.network!, 2);
  expect(lambda).not.toBe(0);
  expect(fit.trained.steps).toBeGreaterThan(0);
  expect(told).toContainEqual(expect.stringMatching(/^training 1\/4, step \d+, .*log-likelihood -\d/));
  let right = 0;
  for (let seller = 0; seller < training.snapshot.listed.rows; seller++) {
    const values = Array.from(scores.scoresOf(seller));
    if (sameWorld(seller, training.candidates[values.indexOf(Math.max(...values))]!)) right++;
  }
  expect(right / training.snapshot.listed.rows).toBeGreaterThan(0.8);

  const again = (await fitted()).scores;
  expect(Array.from(again.scoresOf(1))).toEqual(Array.from(scores.scoresOf(1)));
}, 60_000);

test('the note of a model is in the result of an evaluation', async () => {
  const task = { dataset: 'worlds', exercise: worldsExercise(), split: { source: 'time', timeMs: 100_000 } } as const;
  const { models } = await evaluate(task, [modelOf()], { seeds: 1 });
  expect(models[0]).toMatchObject({ name: 'waml-network', note: expect.stringContaining('the gate of a run') });
}, 60_000);
