import { describe, expect, test } from '@jest/globals';
import { mix32 } from '../hashing/string-hash.js';
import { PAPER_NETWORK } from '../network/settings.js';
import type { LearnedNetwork } from './learned-model.js';
import { fitWeights } from './learn-weights.js';
import { networkCosines, NetworkValidation, type EmbedRows } from './network-features.js';
import type { NetworkRows } from './network-rows.js';
import { tryNetwork } from './network-trial.js';
import type { ReplayFeatures } from './replay-features.js';
import { DEFAULT_MODEL_SETTINGS } from './settings.js';

const [SELLERS, ITEMS, TASTES, CHANNELS] = [150, 400, 4, 8];
const random = (i: number): number => (mix32(i * 7919 + 3) >>> 0) / 2 ** 32;
const taste = (node: number): number => node % TASTES;

/** Sellers list what suits their taste, of which the channels know nothing. */
function features(sellers = SELLERS): ReplayFeatures {
  const cells = sellers * ITEMS;
  const noise = (channel: number): Float32Array =>
    Float32Array.from({ length: cells }, (_, cell) => random(channel * cells + cell) - 0.5);
  const chosen = Array.from({ length: 6 * sellers }, (_, i) => {
    const seller = i % sellers;
    const item = TASTES * Math.floor(random(1e6 + i) * (ITEMS / TASTES)) + taste(seller);
    return seller * ITEMS + item;
  });
  return {
    settings: { ...DEFAULT_MODEL_SETTINGS, coldLift: 0 },
    problem: {
      groups: sellers,
      items: ITEMS,
      hidden: new Uint8Array(cells),
      chosen: Uint32Array.from(chosen),
      features: [
        ...Array.from({ length: CHANNELS }, (_, channel) => noise(channel)),
        new Float32Array(cells),
        new Float32Array(cells),
      ],
    },
    sellers: Array.from({ length: sellers }, (_, seller) => seller),
    products: Int32Array.from({ length: ITEMS }, (_, item) => item),
    listings: Array.from({ length: ITEMS }, () => 5),
  };
}

/** A node's row is its number and type. */
const rows = {
  dimensions: TASTES,
  sellerRow: (seller: number) => ITEMS + seller,
  gather: (nodes: readonly number[]) =>
    Float32Array.from(nodes.flatMap((node) => [node < ITEMS ? node : node - ITEMS, 0, 0, 0])),
} as unknown as NetworkRows;

/** A network that has found what sellers like, and one that has not. */
const knowing: EmbedRows = (given) =>
  Promise.resolve(given.map((_, i) => (i % TASTES === taste(given[i - (i % TASTES)]!) ? 1 : 0)));
const guessing: EmbedRows = (given) => Promise.resolve(given.map((_, i) => random(i) - 0.5));

const network: LearnedNetwork = {
  settings: PAPER_NETWORK,
  input: { dimensions: TASTES, kind: 'sum', scales: [] },
};

function trialOf(embed: EmbedRows, sellers?: number) {
  const all = features(sellers);
  return tryNetwork({ features: all, early: fitWeights(all, { to: 0.7 }), rows, network, embed });
}

describe('the choice between channels alone and channels with the network', () => {
  test('is for a network that finds what the channels do not, with the figures of both', async () => {
    const { isKept, reason, recallAt100, channelsRecallAt100, gain, learned } = await trialOf(knowing);
    expect(isKept).toBe(true);
    expect(recallAt100).toBeGreaterThan(0.9);
    expect(channelsRecallAt100).toBeLessThan(0.4);
    expect(gain.difference).toBeCloseTo(recallAt100 - channelsRecallAt100, 10);
    expect(reason).toMatch(
      /^Recall@100 \+0\.\d{4} \(95 % interval \+.* on 270 held-back listings: the network is kept$/,
    );
    expect(learned.network).toEqual(network);
    expect(learned.weights.network).toBeGreaterThan(0);
    expect(learned.weights.channels).toHaveLength(CHANNELS);
  });

  test('is against one whose gain is noise', async () => {
    const { isKept, reason } = await trialOf(guessing);
    expect(isKept).toBe(false);
    expect(reason).toMatch(/no more than noise, channels alone$/);
  });

  test('is against any where there is too little to tell', async () => {
    const { isKept, reason } = await trialOf(knowing, 10);
    expect(isKept).toBe(false);
    expect(reason).toMatch(/on 18 held-back listings: too few to tell, channels alone$/);
  });
});

describe('validation', () => {
  test('ranks networks by what they add to the channels', async () => {
    const all = features();
    const validation = new NetworkValidation(all, rows, fitWeights(all, { to: 0.7 }), { to: 0.7 });
    const [good, bad] = [await validation.validate(knowing), await validation.validate(guessing)];
    expect(good.score).toBeGreaterThan(bad.score + 0.5);
    expect(good.recall).toBeGreaterThan(0.9);
  });

  test('takes each seller against each candidate', async () => {
    const cosines = await networkCosines({ sellers: [2, 5], products: Int32Array.of(1, 2, 3) }, rows, knowing);
    expect([...cosines]).toEqual([0, 1, 0, 1, 0, 0]);
  });
});
