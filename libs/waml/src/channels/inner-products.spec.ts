import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { innerProducts } from './inner-products.js';

const value = fc.integer({ min: -9, max: 9 });
const matrix = (dimensions: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(value, { minLength: dimensions, maxLength: dimensions }), { maxLength: 11, size: 'max' });
const rowsAt = (rows: number[][], dimensions: number) => ({
  matrix: Float32Array.from(rows.flat()),
  at: rows.map((_, i) => i * dimensions),
});

test('gives the inner product of every row with every row, and writes nothing else', () => {
  const pairs = fc.integer({ min: 1, max: 7 }).chain((d) => fc.tuple(fc.constant(d), matrix(d), matrix(d)));
  fc.assert(
    fc.property(pairs, ([d, a, b]) => {
      const stride = b.length + 2;
      const out = new Float64Array(1 + a.length * stride).fill(NaN);
      innerProducts(rowsAt(a, d), rowsAt(b, d), d, out, 1, stride);
      const expected = new Float64Array(out.length).fill(NaN);
      a.forEach((x, i) =>
        b.forEach((y, j) => (expected[1 + i * stride + j] = x.reduce((sum, v, k) => sum + v * y[k]!, 0))),
      );
      expect(out).toEqual(expected);
    }),
  );
});
