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
const pairs = { first: count, second: count, count };

test.each([
  [10_000, [1, 2, 5]],
  [600, [2, 5]],
  [60, [10]],
  [1, [80]],
])('with at most %d pairs: %j', (most, thresholds) => {
  expect(thresholdsFor(pairs, most)).toEqual(thresholds);
});
