import { describe, expect, test } from '@jest/globals';
import { graph as contract } from '@thaw/contracts';
import fc from 'fast-check';
import { affinityGraph } from '../channels/affinity-graph.js';
import { channelDimensions, channelsFor, type Channel } from '../channels/channel.js';
import { NODE_TYPES } from '../graph/node-types.js';
import { NodeHasher } from '../hashing/node-hasher.js';
import type { GraphCopy, ProductText } from '../model/graph-copy.js';
import { embed, type FoldedModel } from '../model/embed.js';
import { productBias, type LearnedModel } from '../model/learned-model.js';
import { modelGraph } from '../model/model-graph.js';
import { DEFAULT_MODEL_SETTINGS } from '../model/settings.js';
import { propagationGraph, type PropagationGraph } from '../propagation/propagation-graph.js';
import { propagateReference } from '../propagation/reference.js';
import { LayerKeeper, layerStatesOf, statesFrom, stateTensors, type LayerStates } from './layer-states.js';
import { LiveEmbedder, type LiveEmbedding, spectralStep } from './live-embedder.js';
import { LiveGraph } from './live-graph.js';
import { happenings, Marketplace, type Happening } from './marketplace.fixture.js';

const D = 16;
const SEED = 7;
const hasher = new NodeHasher({ seed: 99, kind: 'dense', dimensions: D });
const encodeTexts = (texts: readonly ProductText[]): Float32Array =>
  Float32Array.from(texts.flatMap(({ title }) => [...hasher.hash(title)]));

const learnedWith = (normalisation: 'plain' | 'symmetric', coInteractionThreshold: number): LearnedModel => ({
  settings: { ...DEFAULT_MODEL_SETTINGS, normalisation, coInteractionThreshold, dimensions: D, listingPrior: 0.5 },
  weights: {
    channels: [1, 0.5, -0.7, 1.2, 0.3, 0.9, 1.1, 0.4],
    demand: 0.3,
    listing: 0.2,
    coldLift: { '0': 0.4, '1-3': 0.1, '4-9': 0 },
  },
  logLikelihood: -1,
  replayRecallAt100: 0.1,
});

interface Version {
  readonly copy: GraphCopy;
  readonly model: FoldedModel;
  readonly states: LayerStates;
}

async function versionOf(copy: GraphCopy, learned: LearnedModel): Promise<Version> {
  const texts = encodeTexts(copy.texts);
  const keeper = new LayerKeeper();
  const context = {
    seed: SEED,
    encodeTexts: () => texts,
    propagate: (...args: Parameters<typeof propagateReference>) => Promise.resolve(propagateReference(...args)),
  };
  const model = await embed(copy.state, learned, context, { keepLayers: keeper.keep });
  return { copy, model, states: layerStatesOf(copy, { learned, seed: SEED, keeper, texts }) };
}

/** The states as they come back from a file. */
function reloaded(states: LayerStates): LayerStates {
  const files = new Map(stateTensors(states).map(({ name, data }) => [name, data.slice()]));
  return statesFrom((name) => files.get(name), states);
}

const start = (version: Version): LiveEmbedder =>
  new LiveEmbedder({ states: reloaded(version.states), live: new LiveGraph(version.copy), encodeTexts });

/** @returns the nodes that left at some time: if they came back, they came as new ones */
function apply(embedder: LiveEmbedder, marketplace: Marketplace, happened: readonly Happening[]): Set<string> {
  const left = new Set<string>();
  for (const one of happened) {
    const before = marketplace.nodes();
    for (const change of marketplace.happen(one))
      embedder.apply({ sequence: 1, reason: contract.ChangeReason.UNSPECIFIED, change });
    const after = marketplace.nodes();
    for (const node of before) if (!after.has(node)) left.add(node);
  }
  return left;
}

function expectClose(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  const error = actual.reduce((most, value, k) => Math.max(most, Math.abs(value - expected[k]!)), 0);
  expect({ what, length: actual.length, close: error < 1e-5 ? 'yes' : error }).toEqual({
    what,
    length: expected.length,
    close: 'yes',
  });
}

const settings = fc.tuple(fc.constantFrom('plain' as const, 'symmetric' as const), fc.constantFrom(1, 3));

describe('LiveEmbedder', () => {
  test('gives nodes that nothing has happened to the vectors that they have', async () => {
    await fc.assert(
      fc.asyncProperty(happenings(60), settings, async (past, [normalisation, threshold]) => {
        const marketplace = new Marketplace();
        past.forEach((one) => marketplace.happen(one));
        const version = await versionOf(marketplace.copy(), learnedWith(normalisation, threshold));
        const embedder = start(version);
        expect(embedder.pending).toBe(0);
        const { productIds, sellerIds } = version.copy.state;
        // Changes that change nothing, to have all embedded again.
        for (const id of productIds) {
          const { category, title, customers } = marketplace.products.get(id)!;
          const listings = version.copy.state.listingCounts[productIds.indexOf(id)]!;
          const value = { productId: id, categoryId: category, title, description: '', customers, listings };
          embedder.apply({
            sequence: 1,
            reason: contract.ChangeReason.UNSPECIFIED,
            change: { $case: 'productChanged', value },
          });
        }
        for (const sellerId of sellerIds)
          embedder.apply({
            sequence: 1,
            reason: contract.ChangeReason.UNSPECIFIED,
            change: { $case: 'sellerAdded', value: { sellerId } },
          });
        const { embedded, removed } = embedder.reembed();
        expect(removed).toEqual([]);
        expect(embedded).toHaveLength(productIds.length + sellerIds.length);
        for (const { type, id, vector } of embedded) {
          const row = (type === 'product' ? productIds : sellerIds).indexOf(id);
          const { dimensions } = version.model;
          const rows = version.model[type === 'product' ? 'products' : 'sellers'];
          expectClose(vector, rows.subarray(row * dimensions, (row + 1) * dimensions), `${type} ${id}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('embeds touched nodes as propagation would with all others held still', async () => {
    await fc.assert(
      fc.asyncProperty(happenings(60), happenings(25), settings, async (past, future, [normalisation, threshold]) => {
        const marketplace = new Marketplace();
        past.forEach((one) => marketplace.happen(one));
        const version = await versionOf(marketplace.copy(), learnedWith(normalisation, threshold));
        const embedder = start(version);
        const left = apply(embedder, marketplace, future);
        const { embedded } = embedder.reembed();
        const expected = heldStill(version, marketplace.copy(), embedded, left);
        expect(embedded).toHaveLength(expected.size);
        for (const { type, id, vector } of embedded)
          expectClose(vector, expected.get(`${type}:${id}`)!, `${type} ${id}`);
      }),
      { numRuns: 60 },
    );
  });

  test('finds what changed while it was away, and what is gone', async () => {
    await fc.assert(
      fc.asyncProperty(happenings(60), happenings(25), async (past, future) => {
        const marketplace = new Marketplace();
        past.forEach((one) => marketplace.happen(one));
        const version = await versionOf(marketplace.copy(), learnedWith('plain', 1));
        const present = start(version);
        apply(present, marketplace, future);
        const copy = marketplace.copy();
        const away = new LiveEmbedder({ states: version.states, live: new LiveGraph(copy), encodeTexts });
        const [seen, found] = [present.reembed(), away.reembed()];
        const gone = version.copy.state.productIds.filter((id) => !copy.state.productIds.includes(id));
        expect(found.removed.map(({ id }) => id).sort()).toEqual(gone.sort());
        expect(seen.removed.map(({ id }) => id)).toEqual(expect.arrayContaining(gone));
        const keys = (batch: readonly LiveEmbedding[]): string[] => batch.map(({ type, id }) => `${type}:${id}`);
        expect(keys(seen.embedded)).toEqual(expect.arrayContaining(keys(found.embedded)));
      }),
      { numRuns: 60 },
    );
  });
});

/** The obvious way: dense matrices over the new graph, in which only the rows of the touched nodes are computed. */
function heldStill(
  { states }: Version,
  copy: GraphCopy,
  embedded: readonly LiveEmbedding[],
  left: ReadonlySet<string>,
): Map<string, Float64Array> {
  const { learned, ids } = states;
  const graph = modelGraph(copy.state, learned.settings.coInteractionThreshold);
  const keys = Array.from({ length: graph.nodes.rows }, (_, n) => `${graph.nodes.type(n)!}:${graph.nodes.id(n)!}`);
  const stateKeys = NODE_TYPES.flatMap((type) => ids[type].map((id) => `${type}:${id}`)).map((key) =>
    left.has(key) ? undefined : key,
  );
  const wanted = new Set(embedded.map(({ type, id }) => `${type}:${id}`));
  const touched = keys.map((key) => wanted.has(key) || (key.startsWith('category:') && !stateKeys.includes(key)));
  const result = new Map(keys.filter((key) => wanted.has(key)).map((key) => [key, [] as number[]]));
  const held = (rows: Float32Array, width: number): number[][] =>
    keys.map((key) => {
      const row = stateKeys.indexOf(key);
      return row < 0 ? Array<number>(width).fill(0) : [...rows.subarray(row * width, (row + 1) * width)];
    });
  const unit = (v: number[]): number[] => {
    const length = Math.hypot(...v);
    return length < 1e-6 ? v.map(() => 0) : v.map((x) => x / length);
  };
  const text = (n: number): number[] =>
    n < copy.texts.length ? [...hashedText(copy.texts[n]!)] : Array<number>(D).fill(0);
  const sum = (g: PropagationGraph, n: number, h: number[][]): number[] => {
    const total = Array<number>(h[0]!.length).fill(0);
    for (let i = g.offsets[n]!; i < g.offsets[n + 1]!; i++) {
      h[g.neighbours[i]!]!.forEach((x, k) => (total[k]! += (g.weights?.[i] ?? 1) * x));
    }
    return total;
  };
  const vectorsOf = (channel: Channel): number[][] => {
    const { name } = channel;
    if (channel.kind === 'profile') {
      return keys.map((key, n) => {
        if (!key.startsWith('seller:')) return text(n);
        const own = [...(copy.state.listings.seller as Uint32Array)]
          .map((s, i) => ({ s, i }))
          .filter(({ s }) => key === `seller:${copy.state.sellerIds[s]!}`);
        const mean = Array<number>(D).fill(0);
        own.forEach(({ i }, place) =>
          text(copy.state.listings.product[i]!).forEach(
            (x, k) => (mean[k]! += x * 0.5 ** ((own.length - 1 - place) / channel.halfLife)),
          ),
        );
        return unit(mean);
      });
    }
    if (channel.kind === 'spectral') {
      const { basis, eigenvalues } = states.channels.get(name)!.spectral!;
      const edges = affinityGraph(graph, (n) => copy.state.customers[n] ?? 0);
      const e = held(basis, channel.columns);
      return keys.map((_, n) =>
        unit(sum(edges, n, e).map((x, c) => spectralStep(x, eigenvalues[c]!, eigenvalues[0]!))),
      );
    }
    const edges = propagationGraph(graph, channel);
    const ids = new NodeHasher({ seed: SEED, kind: 'dense', dimensions: D });
    let h = keys.map((key, n) => (channel.input === 'id' ? [...ids.hash(key)] : text(n)));
    channel.alphas.forEach((alpha, layer) => {
      const last = layer + 1 === channel.alphas.length;
      const stored = last ? h : held(states.channels.get(name)!.layers![layer]!, D);
      h = keys.map((_, n) => {
        if (!touched[n]) return stored[n]!;
        const heard = unit(sum(edges, n, h));
        const kept = heard.some((x) => x !== 0) ? alpha : 1;
        return unit(h[n]!.map((x, k) => kept * x + (1 - kept) * heard[k]!));
      });
    });
    return h;
  };
  channelsFor(learned.settings).forEach((channel, i) => {
    const vectors = vectorsOf(channel);
    keys.forEach((key, n) => {
      const scale = key.startsWith('product:') ? learned.weights.channels[i]! : 1;
      result.get(key)?.push(...vectors[n]!.slice(0, channelDimensions(channel, D)).map((x) => scale * x));
    });
  });
  keys.forEach((key, n) => {
    const { customers, listingCounts } = copy.state;
    result.get(key)?.push(key.startsWith('product:') ? productBias(learned, customers[n]!, listingCounts[n]!) : 1);
  });
  return new Map([...result].map(([key, values]) => [key, Float64Array.from(values)]));
}

const hashedText = (text: ProductText): Float32Array => encodeTexts([text]);

test('nodes that are embedded from each other again and again stay finite, whatever the eigenvalues', () => {
  const eigenvalues = [1, 0.5, 1e-12, 0, -1e-9];
  for (const eigenvalue of eigenvalues) {
    let [a, b] = [0.7, -0.3];
    for (let step = 0; step < 500; step++)
      [a, b] = [spectralStep(3 * b, eigenvalue, 1), spectralStep(3 * a, eigenvalue, 1)];
    expect(Math.max(Math.abs(a), Math.abs(b))).toBeLessThanOrEqual(1);
  }
  expect(spectralStep(0.25, 0.5, 1)).toBe(0.5);
});
