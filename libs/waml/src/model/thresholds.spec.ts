import { expect, test } from '@jest/globals';
import { thresholdsFor } from './thresholds.js';

/** 600 pairs of count 1, 300 of count 2, 120 of count 5, 50 of count 40. */
const count = Uint32Array.from(
  [
    [600, 1],
    [300, 2],
    [120, 5],
    [50, 40],
  ].flatMap(([pairs, n]) => Array<number>(pairs!).fill(n!)),
);

test.each([
  [10_000, 1, [1, 2, 5]],
  [600, 1, [2, 5]],
  [60, 1, [10]],
  [1, 1, [80]],
  [10_000, 3, [3, 5]],
  [10_000, 500, [500]],
])('with at most %d pairs, counted from %d on: %j', (most, lowest, thresholds) => {
  expect(thresholdsFor({ count }, most, lowest)).toEqual(thresholds);
});
