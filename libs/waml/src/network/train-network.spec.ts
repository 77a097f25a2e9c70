import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { LossWatch } from './loss-watch.js';
import { smallNetwork } from './network.fixture.js';
import { SeededStream } from './random.js';
import { trainNetwork } from './train-network.js';
import { matrixRows, type TrainingFold } from './training-data.js';
import {
  DEFAULT_TRAINING_LIMITS,
  type TrainingCheckpoint,
  type TrainingInput,
  type TrainingPorts,
  type TrainingProgress,
} from './training-run.js';

const DIMENSIONS = 8;
const CIRCLES = 4;
const PER_CIRCLE = 6;

/** Sellers list the products of their circle; rows are noise, and the circle is in one column's sign pattern only. */
function circles(): { fold: TrainingFold; matrix: Float32Array } {
  const nodes = 2 * CIRCLES * PER_CIRCLE;
  const matrix = new SeededStream(3).normals(nodes * DIMENSIONS).map((value) => value / 2);
  const circleOf = (node: number): number => Math.floor((node % (nodes / 2)) / PER_CIRCLE);
  for (let node = 0; node < nodes; node++) matrix[node * DIMENSIONS + circleOf(node)]! += node < nodes / 2 ? 1 : -1;
  const edges: [seller: number, product: number][] = [];
  for (let seller = 0; seller < nodes / 2; seller++) {
    for (let i = 0; i < PER_CIRCLE; i++) edges.push([seller, nodes / 2 + circleOf(seller) * PER_CIRCLE + i]);
  }
  const column = (which: 0 | 1): Uint32Array => Uint32Array.from(edges, (edge) => edge[which]);
  return { fold: { sellers: column(0), products: column(1), rows: matrixRows(matrix, DIMENSIONS) }, matrix };
}

const { fold, matrix } = circles();
const input = (changes: Partial<TrainingInput> = {}): TrainingInput => ({
  network: smallNetwork({ dimensions: DIMENSIONS, blocks: 1, learningRate: 1e-2, dropout: 0.1 }),
  limits: { ...DEFAULT_TRAINING_LIMITS, batchEdges: 16, maxEpochs: 4, validateEvery: 5, patience: 100 },
  folds: [fold],
  ...changes,
});

/** The share of (seller, product) pairs of one circle that score above the seller's mean. */
async function validate(embed: (rows: Float32Array) => Promise<Float32Array>): Promise<number> {
  const rows = await embed(matrix);
  const half = rows.length / DIMENSIONS / 2;
  const score = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < DIMENSIONS; i++) sum += rows[a * DIMENSIONS + i]! * rows[b * DIMENSIONS + i]!;
    return sum;
  };
  let hits = 0;
  for (let seller = 0; seller < half; seller++) {
    const scores = Array.from({ length: half }, (_, i) => score(seller, half + i));
    const mean = scores.reduce((sum, value) => sum + value, 0) / half;
    const own = Math.floor(seller / PER_CIRCLE) * PER_CIRCLE;
    hits += scores.slice(own, own + PER_CIRCLE).filter((value) => value > mean).length / PER_CIRCLE;
  }
  return hits / half;
}

const ports = (changes: Partial<TrainingPorts> = {}): TrainingPorts => {
  let ms = 0;
  return { validate, now: () => (ms += 400), ...changes };
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
});

describe('a training', () => {
  test('learns what validation asks for, gives the best network, and says how far it is', async () => {
    const told: TrainingProgress[] = [];
    const { end, best, curve, steps } = await trainNetwork(tf, input(), ports({ progress: (one) => told.push(one) }));
    expect(end).toBe('all-epochs');
    expect(steps).toBe(4 * 9);
    expect(curve[0]).toMatchObject({ step: 0 });
    expect(curve[0]).not.toHaveProperty('loss');
    expect(best.validation).toBe(Math.max(...curve.map(({ validation }) => validation)));
    expect(best.validation).toBeGreaterThan(curve[0]!.validation + 0.2);
    expect(curve.at(-1)!.loss!).toBeLessThan(curve[1]!.loss!);
    expect(told.at(-1)).toMatchObject({ step: 36, totalSteps: 36, etaMs: 0, bestValidation: best.validation });
    expect(told.at(-1)!.stepsPerSecond).toBeGreaterThan(0);
  });

  test('stops when validation no longer improves, with the network of before', async () => {
    let validation = 1;
    const limits = { ...input().limits, patience: 3 };
    const outcome = await trainNetwork(
      tf,
      input({ limits }),
      ports({ validate: () => Promise.resolve((validation -= 0.1)) }),
    );
    expect(outcome).toMatchObject({ end: 'no-improvement', steps: 10, best: { step: 0 } });
    expect(outcome.curve.map(({ step }) => step)).toEqual([0, 5, 9, 10]);
  });

  test('that is cut off and resumed gives what it would have given', async () => {
    const kept: TrainingCheckpoint[] = [];
    const keep = (checkpoint: TrainingCheckpoint): Promise<void> => {
      kept.push(structuredClone(checkpoint));
      return Promise.resolve();
    };
    const whole = await trainNetwork(tf, input(), ports({ keep }));
    expect(kept.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    const resumed = await trainNetwork(tf, input({ resume: kept[1]! }), ports());
    expect(resumed).toEqual(whole);
  });

  test('ends when its time is over, after a last validation, and takes so many steps an epoch', async () => {
    const kept: TrainingCheckpoint[] = [];
    const limits = { ...input().limits, epochSteps: 4, maxEpochs: 100, maxMs: 20_000 };
    const keep = (one: TrainingCheckpoint): Promise<void> => Promise.resolve(void kept.push(one));
    const outcome = await trainNetwork(tf, input({ limits }), ports({ keep }));
    expect(outcome).toMatchObject({ end: 'out-of-time', reason: 'its time of 20 s is over' });
    expect(outcome.curve.at(-1)!.step).toBe(outcome.steps);
    expect(kept.map(({ state }) => state.step).slice(0, 2)).toEqual([4, 8]);
  });

  test('keeps the recall that validation tells beside the score', async () => {
    const limits = { ...input().limits, maxEpochs: 1 };
    const validating = ports({ validate: async (embed) => ({ score: await validate(embed), recall: 0.25 }) });
    const { curve, best } = await trainNetwork(tf, input({ limits }), validating);
    expect(curve.every(({ recall }) => recall === 0.25)).toBe(true);
    expect(best.validation).toBe(Math.max(...curve.map(({ validation }) => validation)));
  });

  test('of other settings is not resumed', async () => {
    const kept: TrainingCheckpoint[] = [];
    const limits = { ...input().limits, maxEpochs: 1 };
    await trainNetwork(tf, input({ limits }), ports({ keep: (one) => Promise.resolve(void kept.push(one)) }));
    const other = { ...input().network, beta: 0.1 };
    await expect(trainNetwork(tf, input({ network: other, resume: kept[0]! }), ports())).rejects.toMatchObject({
      code: 'NETWORK_INVALID',
    });
  });

  test('whose numbers overflow stops with the reason', async () => {
    const network = { ...input().network, learningRate: 1e38 };
    const { end, reason } = await trainNetwork(tf, input({ network }), ports());
    expect(end).toBe('diverged');
    expect(reason).toMatch(/^the loss of step \d+ is NaN: lower the learning rate$/);
  });

  test('warm starts from given weights', async () => {
    const limits = { ...input().limits, maxEpochs: 1 };
    const { best } = await trainNetwork(tf, input(), ports());
    const { curve } = await trainNetwork(tf, input({ limits, warmStart: best.parameters }), ports());
    expect(curve[0]!.validation).toBe(best.validation);
  });

  test('stops when it is told to', async () => {
    const controller = new AbortController();
    const progress = ({ step }: TrainingProgress): void => {
      if (step >= 5) controller.abort(new Error('enough'));
    };
    await expect(trainNetwork(tf, input(), ports({ progress, signal: controller.signal }))).rejects.toThrow('enough');
  });

  test('leaves no tensor behind, however it ends', async () => {
    const before = tf.memory().numTensors;
    await trainNetwork(tf, input({ limits: { ...input().limits, maxEpochs: 1 } }), ports());
    const failing = ports({ validate: () => Promise.reject(new Error('no')) });
    await expect(trainNetwork(tf, input(), failing)).rejects.toThrow('no');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the loss watch', () => {
  test('takes noise for noise, and a loss that has risen for divergence', () => {
    const watch = new LossWatch(2);
    for (let step = 1; step <= 100; step++) expect(watch.add(1 + (step % 7) / 2, step)).toBeUndefined();
    const reasons = Array.from({ length: 100 }, (_, i) => watch.add(8, 101 + i));
    expect(reasons.find((reason) => reason !== undefined)).toMatch(/^the loss rose from [\d.]+ to [\d.]+ by step \d+/);
  });
});
