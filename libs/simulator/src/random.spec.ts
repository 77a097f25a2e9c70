import { describe, expect, test } from '@jest/globals';
import { hashFloat, Random } from './random.js';
import { WeightedChoice } from './weighted-choice.js';

describe('the random source', () => {
  test('gives the same numbers for the same seed, and others for another', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 50 }, () => random.uint32());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
  });

  test('is uniform within what 100,000 draws can tell', () => {
    const random = new Random(3);
    const counts = new Float64Array(10);
    for (let i = 0; i < 100_000; i++) counts[random.below(10)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500); // five standard deviations
  });

  test('hashes neighbouring ids to unrelated numbers', () => {
    const drawn = Array.from({ length: 10_000 }, (_, id) => hashFloat(id, 1));
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const rises = drawn.filter((value, i) => i > 0 && value > drawn[i - 1]!).length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.abs(rises - 5_000)).toBeLessThan(250);
  });
});

test('a weighted choice follows the weights and never draws what weighs nothing', () => {
  const random = new Random(11);
  const choice = new WeightedChoice(Uint32Array.of(4, 5, 6), Float64Array.of(1, 0, 3));
  const counts = new Map<number, number>();
  for (let i = 0; i < 40_000; i++) {
    const item = choice.draw(random);
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([4, 6]);
  expect(counts.get(6)! / counts.get(4)!).toBeCloseTo(3, 0);
});
