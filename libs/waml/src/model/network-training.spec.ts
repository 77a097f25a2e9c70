import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { NodeHasher } from '../hashing/node-hasher.js';
import { mix32 } from '../hashing/string-hash.js';
import { DEFAULT_TRAINING_LIMITS } from '../network/training-run.js';
import { PAPER_NETWORK } from '../network/settings.js';
import { propagateReference } from '../propagation/reference.js';
import type { ModelContext } from './context.js';
import { embed } from './embed.js';
import type { ModelState } from './model-state.js';
import {
  trainOnReplay,
  type NetworkCheckpoint,
  type NetworkPlan,
  type NetworkTrainingPorts,
  type TrainedOnReplay,
} from './network-training.js';
import { replayOfGraph } from './replay-of-graph.js';
import { DEFAULT_MODEL_SETTINGS } from './settings.js';
import { trial, type Trial } from './trial.js';

const [PRODUCTS, SELLERS, D] = [120, 24, 16];
const random = (i: number): number => (mix32(i * 7919 + 1) >>> 0) / 2 ** 32;

/** Everybody keeps to the products of their number modulo 3. */
function state(): ModelState {
  const product = (i: number, circle: number): number => circle + 3 * Math.floor(random(i) * (PRODUCTS / 3));
  const distinct = (pairs: readonly (readonly [number, number])[]): [number, number][] =>
    [...new Set(pairs.map(([a, b]) => `${a} ${b}`))].map((pair) => pair.split(' ').map(Number) as [number, number]);
  const pairs = distinct(Array.from({ length: 300 }, (_, i) => [product(2 * i, i % 3), product(2 * i + 1, i % 3)]));
  const edges = pairs.filter(([a, b]) => a < b);
  const listings = distinct(Array.from({ length: 240 }, (_, i) => [i % SELLERS, product(5000 + i, i % 3)]));
  return {
    productIds: Array.from({ length: PRODUCTS }, (_, p) => `p${p}`),
    sellerIds: Array.from({ length: SELLERS }, (_, s) => `s${s}`),
    categoryIds: [],
    category: new Int32Array(PRODUCTS).fill(-1),
    customers: Array.from({ length: PRODUCTS }, () => 10),
    listingCounts: Array.from({ length: PRODUCTS }, (_, p) => listings.filter(([, q]) => p === q).length),
    listings: {
      seller: listings.map(([s]) => s),
      product: listings.map(([, p]) => p),
      timeMs: listings.map((_, i) => i),
    },
    coInteractions: { first: edges.map(([a]) => a), second: edges.map(([, b]) => b), count: edges.map(() => 3) },
    lowestCount: 3,
    candidates: Int32Array.from({ length: PRODUCTS }, (_, p) => p),
  };
}

const settings = { ...DEFAULT_MODEL_SETTINGS, dimensions: 16, coInteractionThreshold: 3 };
const all = state();
const replay = replayOfGraph(all, { rule: { minCustomers: 1, maxListings: 100 } });
const context: ModelContext = {
  seed: 1,
  propagate: (...args) => Promise.resolve(propagateReference(...args)),
  encodeTexts: (dimensions, seed) => {
    const hasher = new NodeHasher({ seed, kind: 'dense', dimensions });
    return Float32Array.from(all.productIds.flatMap((id) => [...hasher.hash(id)]));
  },
};
const network = { ...PAPER_NETWORK, dimensions: D, blocks: 1 };
const plan = (changes: Partial<NetworkPlan> = {}): NetworkPlan => ({
  input: { dimensions: D, kind: 'sum', scales: [1, 1, 1, 1, 1, 1, 1, 0] },
  choices: [network, { ...network, learningRate: 1e-2 }],
  folds: { folds: 3, sampled: 1 },
  limits: { ...DEFAULT_TRAINING_LIMITS, batchEdges: 16, epochSteps: 2, validateEvery: 4, maxEpochs: 3, maxMs: 1e6 },
  ...changes,
});

let fitted: Trial;
beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
  fitted = await trial(replay, settings, context, { networkInput: plan().input });
});

function run(
  asked: NetworkPlan,
  ports: Partial<NetworkTrainingPorts> = {},
  resume?: NetworkCheckpoint,
): Promise<TrainedOnReplay> {
  const { features, early, rows } = fitted;
  let ms = 0;
  const now = (): number => (ms += 10);
  return trainOnReplay({ replay, features, early, rows: rows! }, asked, context, { tf, now, ...ports }, resume);
}

describe('a training on the replay', () => {
  test('tries every choice, and goes on with the best; cut off anywhere, it ends the same', async () => {
    const kept: NetworkCheckpoint[] = [];
    const told: [number, number][] = [];
    const whole = await run(plan(), {
      keep: (checkpoint) => Promise.resolve(void kept.push(structuredClone(checkpoint))),
      progress: ({ number, of }) => told.push([number, of]),
    });
    expect(whole.tried.map(({ settings: { learningRate } }) => learningRate)).toEqual([1e-4, 1e-2]);
    const best = whole.tried.reduce((a, b) => (b.validation > a.validation ? b : a));
    expect(whole.network.settings).toEqual(best.settings);
    expect(whole.steps).toBeGreaterThan(best.steps);
    expect(whole.curve.map(({ step }) => step)).toEqual(whole.curve.map(({ step }) => step).toSorted((a, b) => a - b));
    expect(new Set(told.map(String))).toEqual(new Set(['1,3', '2,3', '3,3']));
    for (const checkpoint of [kept[1]!, kept.find(({ tried }) => tried.length === 1)!, kept.at(-2)!]) {
      const resumed = await run(plan(), {}, checkpoint);
      expect(resumed.parameters).toEqual(whole.parameters);
      expect(resumed.curve).toEqual(whole.curve);
    }
  });

  test('keeps to its time, however many choices there are', async () => {
    const limits = { ...plan().limits, maxEpochs: 10_000, patience: 10_000, maxMs: 2_000 };
    let ms = 0;
    const { end, tried } = await run(plan({ limits }), { now: () => (ms += 10) });
    expect(end).toBe('out-of-time');
    expect(tried.every((one) => one.end === 'out-of-time')).toBe(true);
    expect(ms).toBeLessThan(2_300);
  });

  test('warm starts where it is told to, the paper’s way where there is one fold', async () => {
    const before = await run(plan());
    const warm = plan({
      choices: [before.network.settings],
      warmStart: before.parameters,
      folds: { folds: 1, sampled: 1 },
    });
    const { curve, tried } = await run(warm);
    expect(tried).toHaveLength(1);
    expect(curve[0]!.validation).toBeCloseTo(Math.max(...before.curve.map(({ validation }) => validation)), 5);
  });

  test('that diverges says so', async () => {
    const wild = plan({ choices: [{ ...network, learningRate: 1e38 }] });
    const { end, reason } = await run(wild);
    expect([end, reason]).toEqual(['diverged', expect.stringMatching(/lower the learning rate$/)]);
  });
});

test('a model with a network is not embedded without it', async () => {
  const learned = { ...fitted.learned, network: { settings: network, input: plan().input } };
  await expect(embed(all, learned, context)).rejects.toMatchObject({ code: 'NETWORK_INVALID' });
});
