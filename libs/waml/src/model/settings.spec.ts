import { expect, test } from '@jest/globals';
import { channelsFor } from '../channels/channel.js';
import { DEFAULT_MODEL_SETTINGS, dimensionsFor, foldedDimensions } from './settings.js';

const GIGABYTE = 2 ** 30;

test.each([
  [GIGABYTE, 10_000, 1024],
  [GIGABYTE, 100_000, 256],
  [GIGABYTE, 500_000, 64],
  [GIGABYTE, 100_000_000, 64],
])('in %d bytes for %d nodes: %d columns', (budget, nodes, dimensions) => {
  expect(dimensionsFor(budget, nodes)).toBe(dimensions);
});

test('a folded vector holds seven wide channels, the spectral one and the bias', () => {
  expect(foldedDimensions(channelsFor(DEFAULT_MODEL_SETTINGS), 256)).toBe(7 * 256 + 64 + 1);
});
