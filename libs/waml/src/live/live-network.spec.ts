import { beforeAll, describe, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { graph as contract } from '@thaw/contracts';
import { NodeHasher } from '../hashing/node-hasher.js';
import { embed } from '../model/embed.js';
import type { GraphCopy, ProductText } from '../model/graph-copy.js';
import type { LearnedModel } from '../model/learned-model.js';
import { DEFAULT_MODEL_SETTINGS } from '../model/settings.js';
import { randomParameters } from '../network/network.fixture.js';
import { PAPER_NETWORK } from '../network/settings.js';
import { NetworkTrainer } from '../network/trainer.js';
import { propagateReference } from '../propagation/reference.js';
import { LayerKeeper, layerStatesOf, type LayerStates } from './layer-states.js';
import { LiveEmbedder } from './live-embedder.js';
import { LiveGraph } from './live-graph.js';
import { Marketplace } from './marketplace.fixture.js';

const D = 32;
const SEED = 7;
const hasher = new NodeHasher({ seed: 99, kind: 'dense', dimensions: D });
const encodeTexts = (texts: readonly ProductText[]): Float32Array =>
  Float32Array.from(texts.flatMap(({ title }) => [...hasher.hash(title)]));

const network = {
  settings: { ...PAPER_NETWORK, dimensions: 24, blocks: 2 },
  input: { dimensions: 24, kind: 'sum' as const, scales: [1, 1, 0.5, 1, 2, 1, 1, 0] },
};
const parameters = randomParameters(network.settings, 3);
const learned: LearnedModel = {
  settings: { ...DEFAULT_MODEL_SETTINGS, coInteractionThreshold: 1, dimensions: D },
  weights: {
    channels: [1, 0.5, -0.7, 1.2, 0.3, 0.9, 1.1, 0.4],
    demand: 0.3,
    listing: 0.2,
    coldLift: { '0': 0.4, '1-3': 0.1, '4-9': 0 },
    network: 1.7,
  },
  logLikelihood: -1,
  replayRecallAt100: 0.1,
  network,
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
});

function marketplace(): Marketplace {
  const market = new Marketplace();
  for (let i = 0; i < 60; i++) {
    const what = (['product', 'seller', 'edge', 'list', 'admit'] as const)[i % 5]!;
    market.happen({ what, a: i % 9, b: (5 * i + 1) % 9, n: 1 + (i % 6) });
  }
  return market;
}

/** A version as a run makes it, the network on a tensor backend. */
async function versionOf(copy: GraphCopy) {
  const texts = encodeTexts(copy.texts);
  const keeper = new LayerKeeper();
  const context = {
    seed: SEED,
    encodeTexts: () => texts,
    propagate: (...args: Parameters<typeof propagateReference>) => Promise.resolve(propagateReference(...args)),
  };
  const trainer = NetworkTrainer.open(tf, network.settings, { parameters });
  const embedRows = (rows: Float32Array): Promise<Float32Array> => trainer.embed(rows);
  const model = await embed(copy.state, learned, context, { keepLayers: keeper.keep, embedRows });
  trainer.dispose();
  return { model, states: layerStatesOf(copy, { learned, seed: SEED, keeper, texts }) };
}

const embedder = (states: LayerStates, copy: GraphCopy): LiveEmbedder =>
  new LiveEmbedder({ states, live: new LiveGraph(copy), encodeTexts });

describe('live embedding of a version with a network', () => {
  test('gives the vectors that the version has, block for block', async () => {
    const market = marketplace();
    const copy = market.copy();
    const { model, states } = await versionOf(copy);
    expect(model.channels.at(-1)).toEqual({ name: 'network', dimensions: 24, weight: 1.7 });
    // Signatures of another version: every node is embedded again.
    const stale = { ...states, parameters, signatures: states.signatures.map((word) => word ^ 1) };
    const { embedded } = embedder(stale, copy).reembed();
    expect(embedded).toHaveLength(copy.state.productIds.length + copy.state.sellerIds.length);
    for (const { type, id, vector } of embedded) {
      const ids = type === 'product' ? copy.state.productIds : copy.state.sellerIds;
      const rows = type === 'product' ? model.products : model.sellers;
      const row = rows.subarray(ids.indexOf(id) * model.dimensions, (ids.indexOf(id) + 1) * model.dimensions);
      expect(vector).toHaveLength(row.length);
      expect(Math.max(...vector.map((value, k) => Math.abs(value - row[k]!)))).toBeLessThan(1e-5);
    }
  });

  test('follows a change into the network’s block', async () => {
    const market = marketplace();
    const copy = market.copy();
    const { model, states } = await versionOf(copy);
    const live = embedder({ ...states, parameters }, copy);
    const seller = copy.state.sellerIds[0]!;
    for (const change of market.happen({ what: 'list', a: Number(seller.replace(/\D/g, '')), b: 8, n: 6 }))
      live.apply({ sequence: 1, reason: contract.ChangeReason.UNSPECIFIED, change });
    const { embedded } = live.reembed();
    const { vector } = embedded.find(({ type, id }) => type === 'seller' && id === seller)!;
    const block = (row: Float32Array): number[] => [...row.subarray(model.dimensions - 25, model.dimensions - 1)];
    const before = block(model.sellers.subarray(0, model.dimensions));
    expect(Math.hypot(...block(vector))).toBeCloseTo(1, 5);
    expect(Math.max(...block(vector).map((value, k) => Math.abs(value - before[k]!)))).toBeGreaterThan(1e-3);
  });

  test('needs its parameters', async () => {
    const copy = marketplace().copy();
    const { states } = await versionOf(copy);
    expect(() => embedder(states, copy)).toThrow(expect.objectContaining({ code: 'MODEL_STATES_INVALID' }));
  });
});
