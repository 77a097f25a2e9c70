import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldChannels } from './fold.js';
import { dotAt, normaliseRows, type NodeVectors } from './node-vectors.js';

const value = fc.float({ min: -1, max: 1, noNaN: true });
const rows = (count: number, dimensions: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(value, { minLength: count * dimensions, maxLength: count * dimensions })
    .map((all) => Float32Array.from(all));
const channel = (dimensions: number): fc.Arbitrary<NodeVectors> =>
  fc.record({ products: rows(3, dimensions), sellers: rows(2, dimensions) }).map((both) => ({ dimensions, ...both }));

test('one inner product of folded vectors is the weighted sum of the channels’ inner products and the bias', () => {
  fc.assert(
    fc.property(channel(3), channel(5), fc.tuple(value, value), rows(3, 1), (a, b, weights, bias) => {
      const folded = foldChannels([a, b], weights, bias);
      expect(folded.dimensions).toBe(9);
      for (const s of [0, 1]) {
        for (const p of [0, 1, 2]) {
          const inner = (v: NodeVectors): number =>
            dotAt(v.sellers, s * v.dimensions, v.products, p * v.dimensions, v.dimensions);
          const expected = weights[0] * inner(a) + weights[1] * inner(b) + bias[p]!;
          expect(inner(folded)).toBeCloseTo(expected, 4);
        }
      }
    }),
  );
});

test('normaliseRows makes rows of length 1 and leaves zero rows', () => {
  expect([...normaliseRows(Float32Array.of(3, 4, 0, 0), 2)]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8), 0, 0]);
});
