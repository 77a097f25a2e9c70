import { describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import fc from 'fast-check';
import { HASH_KINDS } from './hash-vector.js';
import { nodeHash, NodeHasher } from './node-hasher.js';
import { hashString } from './string-hash.js';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const signs = (vector: Float32Array): string => [...vector].map((x) => '-0+'[Math.sign(x) + 1]).join('');

describe('hashString', () => {
  test.each([
    ['', 0, '090422d4ec691197'],
    ['product:p-1', 0, '3dff0e746f6ee43e'],
    ['product:p-1', -1, '5504ec21b8551a9a'],
    ['Grüße 🎈', 7, 'e2080ef238d38dbd'],
  ])('golden values never change: %j with seed %d', (text, seed, expected) => {
    const words = new Int32Array(2);
    hashString(text, seed, words);
    expect([...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')).toBe(expected);
  });

  test('a hundred thousand similar ids have different hashes', () => {
    const words = new Int32Array(2);
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      hashString(`product:${i}`, 1, words);
      seen.add(`${words[0]!} ${words[1]!}`);
    }
    expect(seen.size).toBe(100_000);
  });
});

describe('NodeHasher', () => {
  test.each([
    [1, 'dense', '-+++---++++++-+--+----++++--+-+++++---+-'],
    [2, 'dense', '+---+++++---++--++-+-+++-+++-++-++--+++-'],
    [2 ** 40 + 1, 'dense', '+----+-+++++-++-+++--+++++--++--+-+-++++'],
    [1, 'feature', '0000000000000-000+0-000+0000000-0-0000-0'],
  ] as const)('golden values never change: seed %d, %s', (seed, kind, expected) => {
    expect(signs(nodeHash({ seed, kind, dimensions: 40 }, 'product:p-1'))).toBe(expected);
  });

  test('a dense hash is ±1/√d everywhere', () => {
    const vector = nodeHash({ seed: 3, kind: 'dense', dimensions: 100 }, 'x');
    expect(vector.every((x) => Math.abs(Math.abs(x) - 0.1) < 1e-7)).toBe(true);
  });

  test('a feature hash has at most 8 entries and ±1/√8 in each that nothing collided with', () => {
    const vector = nodeHash({ seed: 3, kind: 'feature', dimensions: 4096 }, 'x');
    const entries = vector.filter((x) => x !== 0);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.length).toBeLessThanOrEqual(8);
    expect(dot(vector, vector)).toBeCloseTo(1, 6);
  });

  test.each(HASH_KINDS)('%s: two ids are orthogonal but for what chance allows', (kind) => {
    const hasher = new NodeHasher({ seed: 5, kind, dimensions: 256 });
    const vectors = Array.from({ length: 200 }, (_, i) => hasher.hash(`seller:${i}`));
    const products = vectors.flatMap((a, i) => vectors.slice(i + 1).map((b) => dot(a, b)));
    const mean = products.reduce((sum, x) => sum + x, 0) / products.length;
    const variance = products.reduce((sum, x) => sum + x * x, 0) / products.length;
    expect(Math.abs(mean)).toBeLessThan(0.003);
    expect(variance * 256).toBeGreaterThan(0.8);
    expect(variance * 256).toBeLessThan(1.2);
  });

  test.each(HASH_KINDS)('%s: every column is used by both signs', (kind) => {
    const hasher = new NodeHasher({ seed: 6, kind, dimensions: 33 });
    const positive = new Set<number>();
    const negative = new Set<number>();
    for (let i = 0; i < 500; i++)
      hasher.hash(`n${i}`).forEach((x, column) => (x > 0 ? positive : x < 0 ? negative : new Set()).add(column));
    expect([positive.size, negative.size]).toEqual([33, 33]);
  });

  test('addTo adds, scaled and in place, and touches nothing else', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer(),
          kind: fc.constantFrom(...HASH_KINDS),
          dimensions: fc.integer({ min: 1, max: 70 }),
        }),
        fc.string({ unit: 'binary' }),
        fc.nat(5),
        (options, text, offset) => {
          const out = new Float64Array(offset + options.dimensions + 3).fill(1);
          new NodeHasher(options).addTo(out, offset, text, 2);
          const vector = nodeHash(options, text);
          const errors = out.map((x, i) => Math.abs(x - 1 - 2 * (vector[i - offset] ?? 0)));
          expect(Math.max(...errors)).toBeLessThan(1e-6);
        },
      ),
    );
  });

  test.each([0, -1, 1.5, NaN])('%d dimensions are refused', (dimensions) => {
    expect(() => new NodeHasher({ seed: 1, kind: 'dense', dimensions })).toThrow(ThawError);
  });
});
