import { describe, expect, test } from '@jest/globals';
import type { InteractionEvent, ProductEvent } from '@thaw/contracts';
import { DEFAULT_GRAPH_SETTINGS, reduceBatch } from '@thaw/graph';
import { samplePairs } from './pair-sample.js';

const ids = Array.from({ length: 12 }, (_, number) => `p${number}`);
const products = ids.map((productId): ProductEvent => {
  return { productId, categoryId: '', title: '', description: '', status: 'active', eventTimeMs: 0 };
});
const interactions = ids.map((productId): InteractionEvent => {
  return { customerId: 'c', productId, type: 'view', eventTimeMs: 0 };
});
const reduction = (size: number) =>
  reduceBatch(
    { products: products.slice(0, size), interactions: interactions.slice(0, size), listings: [], erasures: [] },
    DEFAULT_GRAPH_SETTINGS,
  );

describe('samplePairs', () => {
  test('gives the same pairs for the same seed, others for another', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => samplePairs(reduction(12), 30, seed));
    expect(first).toHaveLength(30);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('gives pairs of two different products', () => {
    for (const [a, b] of samplePairs(reduction(12), 500, 3)) {
      expect(ids).toContain(a);
      expect(ids).toContain(b);
      expect(a).not.toBe(b);
    }
  });

  test('draws every counted pair equally often', () => {
    const drawn = new Map<string, number>();
    for (let seed = 0; seed < 3000; seed++) {
      for (const pair of samplePairs(reduction(4), 2, seed)) drawn.set(pair.join(), (drawn.get(pair.join()) ?? 0) + 1);
    }
    expect(drawn.size).toBe(6);
    // 2 of 6 pairs, 3000 times: 1000 each with a standard deviation of 26.
    for (const times of drawn.values()) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });

  test('gives what there is where there are fewer pairs than asked for', () => {
    expect(samplePairs(reduction(2), 9, 1)).toEqual([['p0', 'p1']]);
    expect(samplePairs(reduction(1), 100, 1)).toEqual([]);
  });
});
