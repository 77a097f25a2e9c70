import { describe, expect, test } from '@jest/globals';
import { NodeHasher } from '../hashing/node-hasher.js';
import { mix32 } from '../hashing/string-hash.js';
import { propagateReference } from '../propagation/reference.js';
import { chooseSettings } from './choose-settings.js';
import type { ModelContext, ModelProgress } from './context.js';
import { fitWeights, recallOn } from './learn-weights.js';
import type { ModelState, Replay } from './model-state.js';
import { replayFeatures } from './replay-features.js';
import { replayOfGraph } from './replay-of-graph.js';
import { DEFAULT_MODEL_SETTINGS } from './settings.js';
import { trial } from './trial.js';

const [WORLDS, PRODUCTS, SELLERS] = [4, 120, 24];
const random = (i: number): number => (mix32(i * 7919 + 1) >>> 0) / 2 ** 32;

/** Everybody keeps to one of four worlds: product, seller and category numbers alike modulo 4. */
function worlds(): ModelState {
  const own = (i: number, world: number): number => world + WORLDS * Math.floor(random(i) * (PRODUCTS / WORLDS));
  const pairs = [
    ...new Set(Array.from({ length: 500 }, (_, i) => `${own(2 * i, i % WORLDS)} ${own(2 * i + 1, i % WORLDS)}`)),
  ]
    .map((pair) => pair.split(' ').map(Number) as [number, number])
    .filter(([a, b]) => a < b);
  const listings = [
    ...new Set(Array.from({ length: 300 }, (_, i) => `${i % SELLERS} ${own(5000 + i, i % WORLDS)}`)),
  ].map((pair) => pair.split(' ').map(Number) as [number, number]);
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
    coInteractions: { first: pairs.map(([a]) => a), second: pairs.map(([, b]) => b), count: pairs.map(() => 3) },
    lowestCount: 3,
    candidates: Int32Array.from({ length: PRODUCTS }, (_, p) => p),
  };
}

const settings = { ...DEFAULT_MODEL_SETTINGS, dimensions: 64, coInteractionThreshold: 3 };
const replay: Replay = replayOfGraph(worlds(), { rule: { minCustomers: 1, maxListings: 10 } });

function contextWith(changes: Partial<ModelContext> = {}): ModelContext {
  return {
    seed: 1,
    propagate: (...args) => Promise.resolve(propagateReference(...args)),
    encodeTexts: (dimensions, seed) => {
      const hasher = new NodeHasher({ seed, kind: 'dense', dimensions });
      return Float32Array.from(replay.state.productIds.flatMap((id) => [...hasher.hash(id)]));
    },
    ...changes,
  };
}

describe('trial', () => {
  test('holds back the last listings, and finds a serving model of the same weights as good as itself', async () => {
    const progress: ModelProgress[] = [];
    const first = await trial(replay, settings, contextWith({ onProgress: (report) => void progress.push(report) }));
    expect(first.servingRecallAt100).toBeUndefined();
    expect(first.heldBackListings).toBe(replay.targets.length - Math.floor(0.7 * replay.targets.length));
    expect(progress.every(({ fraction }) => fraction >= 0 && fraction <= 1)).toBe(true);
    const again = await trial(replay, settings, contextWith(), { serving: first.learned });
    first.learned.weights.channels.forEach((weight, i) =>
      expect(again.learned.weights.channels[i]).toBeCloseTo(weight, 1),
    );
    expect(again.servingRecallAt100).toBeGreaterThan(0.8);
    const other = { ...first.learned, settings: { ...settings, normalisation: 'symmetric' as const } };
    expect((await trial(replay, settings, contextWith(), { serving: other })).servingRecallAt100).toBeGreaterThan(0.5);
  });

  test('says that there is nothing to learn from, and stops when told to', async () => {
    await expect(trial({ ...replay, targets: [] }, settings, contextWith())).rejects.toMatchObject({
      code: 'MODEL_TOO_LITTLE_DATA',
    });
    const signal = AbortSignal.abort();
    await expect(trial(replay, settings, contextWith({ signal }))).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a sample of the candidates foresees about what all of them do', async () => {
  const recalls = [];
  for (const mostItems of [1000, 60]) {
    const features = await replayFeatures(replay, settings, contextWith(), { bounds: { mostItems } });
    expect(features.problem.items).toBe(Math.min(mostItems, replay.state.candidates.length));
    recalls.push(recallOn(features, fitWeights(features).weights, 20));
  }
  expect(Math.abs(recalls[0]! - recalls[1]!)).toBeLessThan(0.15);
});

test('chooseSettings tries no threshold below that of the graph, and keeps the width', async () => {
  const tried: string[] = [];
  const chosen = await chooseSettings(
    replay,
    contextWith({ onProgress: ({ what }) => void tried.push(what) }),
    settings,
  );
  expect(tried[0]).toContain('threshold 3,');
  expect(chosen.dimensions).toBe(64);
});
