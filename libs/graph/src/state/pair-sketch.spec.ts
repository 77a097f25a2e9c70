import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PairSketch } from './pair-sketch.js';

const pair = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 41, max: 80 }));

describe('PairSketch', () => {
  test('is never below the count of any pair, and empty again when everything was taken back', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3000, size: 'max' }), (pairs) => {
        const sketch = new PairSketch(1024, 5);
        const counts = new Map<string, number>();
        for (const [a, b] of pairs) {
          const count = (counts.get(`${a} ${b}`) ?? 0) + 1;
          counts.set(`${a} ${b}`, count);
          expect(sketch.increment(a, b)).toBeGreaterThanOrEqual(count);
        }
        for (const [a, b] of pairs) expect(sketch.decrement(a, b)).toBeGreaterThanOrEqual(1);
        expect(sketch.load).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    [200, 255],
    [201, 65_535],
  ])('with a threshold of %i a cell ends at %i and stays there', (threshold, maximum) => {
    const sketch = new PairSketch(1024, threshold);
    for (let count = 0; count < maximum + 10; count++) sketch.increment(1, 2);
    expect(sketch.decrement(1, 2)).toBe(maximum);
    expect(sketch.increment(1, 2)).toBe(maximum);
  });

  test('estimates the number of distinct pairs within two percent at half load', () => {
    const sketch = new PairSketch(2 ** 16, 5);
    for (let a = 0; a < 200; a++) for (let b = 200; b < 400; b++) sketch.increment(a, b);
    expect(Math.abs(sketch.estimatePairs() - 40_000)).toBeLessThan(800);
  });
});
