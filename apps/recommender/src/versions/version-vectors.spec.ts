import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cosine, type FoldedLayout, sellerOf, textColumns, VersionVectors } from './version-vectors.js';

const layout: FoldedLayout = {
  dimensions: 8,
  channels: [
    { name: 'id-hash', dimensions: 4, weight: -0.5 },
    { name: 'text-profile', dimensions: 3, weight: 2 },
  ],
};

/** Row of D columns: unit channels times their weights, and a bias. */
const row = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8, size: 'max' })
  .filter((values) => Math.hypot(...values.slice(0, 4)) > 0.1 && Math.hypot(...values.slice(4, 7)) > 0.1)
  .map((values) => {
    const [first, second] = [Math.hypot(...values.slice(0, 4)), Math.hypot(...values.slice(4, 7))];
    return Float32Array.from(values, (value, k) =>
      k < 4 ? (-0.5 * value) / first : k < 7 ? (2 * value) / second : value,
    );
  });

describe('a seller that is known by its products', () => {
  test('has per channel the normalised mean of the unfolded vectors, and 1', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const unfolded = rows.map((each) => [...each].map((value, k) => value / (k < 4 ? -0.5 : 2)));
        const mean = Array.from({ length: 8 }, (_, k) => unfolded.reduce((sum, each) => sum + each[k]!, 0));
        const norms = [Math.hypot(...mean.slice(0, 4)), Math.hypot(...mean.slice(4, 7))];
        fc.pre(Math.min(...norms) > 1e-3);
        const seller = sellerOf(layout, rows);
        for (let k = 0; k < 7; k++) expect(seller[k]).toBeCloseTo(mean[k]! / norms[k < 4 ? 0 : 1]!, 3);
        expect(seller[7]).toBe(1);
      }),
    );
  });

  test('a channel without weight counts for nothing', () => {
    const silent = { ...layout, channels: [{ ...layout.channels[0]!, weight: 0 }, layout.channels[1]!] };
    const seller = sellerOf(silent, [Float32Array.of(0, 0, 0, 0, 2, 0, 0, 0.3)]);
    expect([...seller]).toEqual([0, 0, 0, 0, 1, 0, 0, 1]);
    expect(textColumns(silent)).toEqual([4, 7]);
    expect(textColumns({ ...layout, channels: [layout.channels[0]!] })).toBeUndefined();
  });
});

test('the cosine of two folded rows in a channel is that of the unfolded ones', () => {
  fc.assert(
    fc.property(row, row, (a, b) => {
      const dot = [4, 5, 6].reduce((sum, k) => sum + (a[k]! / 2) * (b[k]! / 2), 0);
      expect(cosine(a, b, [4, 7])).toBeCloseTo(dot, 5);
    }),
  );
  expect(cosine(new Float32Array(8), new Float32Array(8).fill(1), [4, 7])).toBe(0);
});

test('newer vectors hide those of the version, until they are let go of; closed, they give their memory back once', () => {
  const products = Float32Array.from({ length: 16 }, (_, i) => i);
  const base = { dimensions: 8, products, sellers: new Float32Array(8), candidates: new Uint32Array(0) };
  let released = 0;
  const rows = {
    product: new Map([
      ['a', 0],
      ['b', 1],
    ]),
    seller: new Map([['a', 0]]),
  };
  const vectors = new VersionVectors(layout, base, rows, () => (released += 1));
  expect(vectors.vectorOf('product', 'b')?.[0]).toBe(8);
  expect(vectors.vectorOf('seller', 'b')).toBeUndefined();
  vectors.set('product', 'b', new Float32Array(8).fill(7));
  expect(vectors.vectorOf('product', 'b')?.[0]).toBe(7);
  expect(vectors.newerCount).toBe(1);
  vectors.forget('product', 'b');
  expect(vectors.vectorOf('product', 'b')?.[0]).toBe(8);
  expect(released).toBe(0);
  for (let time = 0; time < 2; time++) vectors.close();
  expect(released).toBe(1);
  expect(vectors.vectorOf('product', 'b')).toBeUndefined();
});
