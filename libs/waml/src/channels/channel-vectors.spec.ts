import { describe, expect, test } from '@jest/globals';
import { ReducedGraph } from '../graph/reduced-graph.js';
import { propagateReference } from '../propagation/reference.js';
import { affinityGraph } from './affinity-graph.js';
import { channelsFor, DEFAULT_CHANNEL_SETTINGS, PAPER_CHANNEL, type Channel } from './channel.js';
import { channelVectors, type ChannelSource } from './channel-vectors.js';
import { dotAt } from './node-vectors.js';

/** Two shops' worlds: products a b c with seller s, products x y with seller t; product z is no node of the graph. */
const graph = ReducedGraph.build({
  products: ['a', 'b', 'c', 'x', 'y'],
  sellers: ['s', 't'],
  categories: ['A', 'X'],
  coInteractions: { first: [0, 1, 3], second: [1, 2, 4], count: [9, 4, 6] },
  listings: { seller: [0, 0, 1], product: [0, 1, 3] },
  categoryEdges: { category: [0, 0, 0, 1, 1], product: [0, 1, 2, 3, 4] },
});

const source: ChannelSource = {
  graph,
  productIds: ['a', 'b', 'c', 'x', 'y', 'z'],
  sellerIds: ['s', 't'],
  customers: [9, 16, 4, 9, 9, 0],
  texts: Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1),
  listings: { seller: [0, 0, 1], product: [0, 1, 3] },
  dimensions: 2,
  seed: 1,
  propagate: (edges, h, options) => Promise.resolve(propagateReference(edges, h, options)),
};
const wide: ChannelSource = {
  ...source,
  dimensions: 128,
  texts: Float32Array.from({ length: 6 * 128 }, (_, i) => (i % 128 === (Math.floor(i / 128) < 3 ? 0 : 1) ? 1 : 0)),
};

const channels: readonly Channel[] = [...channelsFor(DEFAULT_CHANNEL_SETTINGS), PAPER_CHANNEL];

describe('every channel', () => {
  test.each(channels.map((channel) => [channel.name, channel] as const))(
    '%s: own products are nearer',
    async (_, channel) => {
      const { dimensions, products, sellers } = await channelVectors(wide, channel);
      const cosine = (seller: number, product: number): number =>
        dotAt(sellers, seller * dimensions, products, product * dimensions, dimensions);
      for (const product of [0, 1, 2]) expect(cosine(0, product)).toBeGreaterThan(cosine(1, product));
      for (const product of [3, 4]) expect(cosine(1, product)).toBeGreaterThan(cosine(0, product));
      const length = dotAt(products, 0, products, 0, dimensions);
      expect(length).toBeCloseTo(1, 4);
    },
  );
});

test('a product that is no node has no vector but its text', async () => {
  const [id, profile] = await Promise.all(
    ['id', 'text-profile'].map((name) =>
      channelVectors(
        source,
        channels.find((channel) => channel.name === name)!,
      ),
    ),
  );
  expect([...id!.products.subarray(10)]).toEqual([0, 0]);
  expect([...profile!.products.subarray(10)]).toEqual([0, 1]);
});

test('affinityGraph weighs a co-interaction by its cosine, and every row by both degrees', () => {
  const customers = [9, 16, 4, 9, 9];
  const { offsets, neighbours, weights } = affinityGraph(graph, (node) => customers[node] ?? 0);
  const raw = (a: number, b: number, count: number): number => (5 * count) / Math.sqrt(customers[a]! * customers[b]!);
  const degreeOfA = raw(0, 1, 9) + 1 + 1;
  const degreeOfB = raw(0, 1, 9) + raw(1, 2, 4) + 1 + 1;
  expect(neighbours[offsets[0]!]).toBe(1);
  expect(weights![offsets[0]!]).toBeCloseTo(raw(0, 1, 9) / Math.sqrt(degreeOfA * degreeOfB), 5);
});
