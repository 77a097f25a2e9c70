import { expect, test } from '@jest/globals';
import { HashedTfIdfEncoder, type ProductText } from '@thaw/text';
import { encodeCatalogue } from './encode-catalogue.js';

const TEXTS: readonly ProductText[] = ['garden lantern', 'lantern for the garden', 'steel bolt', ''].map((title) => ({
  title,
  description: '',
}));
const COLUMNS = 64;

const cosine = (rows: Float32Array, dimensions: number, a: number, b: number): number => {
  const row = (i: number): Float32Array => rows.subarray(i * dimensions, (i + 1) * dimensions);
  return row(a).reduce((sum, value, k) => sum + value * row(b)[k]!, 0);
};

test.each([64, 100, 1024])('a model of 64 columns keeps its cosines in %d', async (dimensions) => {
  const textEncoder = new HashedTfIdfEncoder({ dimensions: COLUMNS, seed: 5 });
  const own = await textEncoder.encode(TEXTS);
  const rows = await encodeCatalogue({ texts: TEXTS, textEncoder }, { dimensions, seed: 1 });
  expect(rows).toHaveLength(TEXTS.length * dimensions);
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [2, 2],
    [3, 3],
  ] as const) {
    expect(cosine(rows, dimensions, a, b)).toBeCloseTo(cosine(own, COLUMNS, a, b), 5);
  }
});

test('fewer columns are a projection: unit rows, near cosines, the same for the same seed', async () => {
  const textEncoder = new HashedTfIdfEncoder({ dimensions: 2048, seed: 5 });
  const own = await textEncoder.encode(TEXTS);
  const options = { dimensions: 1024, seed: 1 };
  const rows = await encodeCatalogue({ texts: TEXTS, textEncoder }, options);
  expect(cosine(rows, 1024, 0, 0)).toBeCloseTo(1, 5);
  expect(cosine(rows, 1024, 3, 3)).toBe(0);
  for (const b of [1, 2]) expect(Math.abs(cosine(rows, 1024, 0, b) - cosine(own, 2048, 0, b))).toBeLessThan(0.1);
  expect(await encodeCatalogue({ texts: TEXTS, textEncoder }, options)).toEqual(rows);
});

test('without a model the texts are hashed', async () => {
  const rows = await encodeCatalogue({ texts: TEXTS }, { dimensions: 256, seed: 1 });
  expect(cosine(rows, 256, 0, 1)).toBeGreaterThan(cosine(rows, 256, 0, 2));
});
