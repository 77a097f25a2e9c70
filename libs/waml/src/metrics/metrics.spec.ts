import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bootstrapDifference,
  bootstrapRecall,
  listingStratum,
  macroRecallAt,
  rankOf,
  recallAt,
  type RankedTarget,
} from './index.js';

const target = (seller: number, rank: number): RankedTarget => ({ seller, rank });

describe('rankOf', () => {
  test('is the place in a stable sort by descending score of what may be shown', () => {
    const items = fc.array(fc.record({ score: fc.integer({ min: 0, max: 4 }), hidden: fc.boolean() }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(items, fc.nat(), (all, pick) => {
        const item = pick % all.length;
        const shown = [...all.keys()].filter((i) => i === item || !all[i]!.hidden);
        const sorted = shown.toSorted((a, b) => all[b]!.score - all[a]!.score);
        const hidden = Uint8Array.from(all, (entry) => (entry.hidden ? 1 : 0));
        const scores = all.map(({ score }) => score);
        expect(rankOf(scores, item, hidden)).toBe(sorted.indexOf(item));
      }),
    );
  });
});

describe('recall', () => {
  const targets = [target(1, 0), target(1, 150), target(1, 99), target(2, 100)];

  test('counts edges (micro) or sellers (macro); rank K is out', () => {
    expect(recallAt(targets, 100)).toBe(0.5);
    expect(macroRecallAt(targets, 100)).toBeCloseTo(1 / 3, 12);
    expect(recallAt(targets, 101)).toBe(0.75);
  });

  test('is not a number without targets', () => {
    expect(recallAt([], 100)).toBeNaN();
    expect(macroRecallAt([], 100)).toBeNaN();
  });
});

describe('bootstrapRecall', () => {
  test('draws sellers, not edges: two sellers of opposite fate give an interval from 0 to 1', () => {
    const targets = Array.from({ length: 50 }, (_, i) => target(i % 2, i % 2 === 0 ? 0 : 500));
    expect(bootstrapRecall(targets, 100)).toEqual([0, 1]);
  });

  test('lies around the recall, narrower for more sellers, and is the same every time', () => {
    const make = (sellers: number): RankedTarget[] =>
      Array.from({ length: sellers }, (_, seller) => target(seller, seller % 3 === 0 ? 0 : 500));
    const [low, high] = bootstrapRecall(make(60), 100);
    expect(low).toBeLessThan(1 / 3);
    expect(high).toBeGreaterThan(1 / 3);
    const [lowOfMore, highOfMore] = bootstrapRecall(make(600), 100);
    expect(highOfMore - lowOfMore).toBeLessThan(high - low);
    expect(bootstrapRecall(make(60), 100)).toEqual([low, high]);
  });

  test('has no ends without targets', () => {
    expect(bootstrapRecall([], 100)).toEqual([NaN, NaN]);
  });
});

describe('bootstrapDifference', () => {
  const sellers = Array.from({ length: 400 }, (_, i) => i >> 1);
  const hits = sellers.map((_, i) => (i % 3 === 0 ? 1 : 0));

  test('of a model and itself is nothing, without an interval', () => {
    expect(bootstrapDifference(hits, hits, sellers)).toEqual({ difference: 0, low: 0, high: 0 });
  });

  test('is far from 0 for a gain at many sellers, and not for as much won and lost', () => {
    const better = hits.map((hit, i) => (i % 9 === 1 ? 1 : hit));
    const gain = bootstrapDifference(better, hits, sellers);
    expect(gain.difference).toBeCloseTo(1 / 9, 2);
    expect(gain.low).toBeGreaterThan(0.05);
    expect(gain.high).toBeLessThan(0.18);
    const shuffled = hits.map((_, i) => hits[(i + 2) % hits.length]!);
    const noise = bootstrapDifference(shuffled, hits, sellers);
    expect(noise.low).toBeLessThan(0);
    expect(noise.high).toBeGreaterThan(0);
  });
});

test.each([
  [0, '0'],
  [1, '1-3'],
  [3, '1-3'],
  [4, '4-9'],
  [9, '4-9'],
])('%d listings are in the stratum %s', (listings, stratum) => {
  expect(listingStratum(listings)).toBe(stratum);
});
