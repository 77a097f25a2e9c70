import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HashedTfIdfEncoder } from './hashed-tfidf-encoder.js';
import type { ProductText } from './text-encoder.js';

const text = (title: string, description = ''): ProductText => ({ title, description });
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function vectors(encoder: HashedTfIdfEncoder, texts: readonly ProductText[]): Float32Array[] {
  const rows = encoder.encodeNow(texts);
  return texts.map((_, i) => rows.subarray(i * encoder.dimensions, (i + 1) * encoder.dimensions));
}

const CATALOGUE = [
  text('RED RETROSPOT LUNCH BAG', 'a bag for lunch'),
  text('BLUE LUNCH BAG'),
  text('WOODEN PICTURE FRAME'),
  text('PICTURE FRAMES, WHITE'),
  text('HOT WATER BOTTLE'),
];

describe('HashedTfIdfEncoder', () => {
  test('finds texts of the same thing nearer than others, also across word forms', () => {
    const encoder = new HashedTfIdfEncoder({ dimensions: 2048, seed: 1 });
    encoder.learn(CATALOGUE);
    const [redBag, blueBag, frame, frames, bottle] = vectors(encoder, CATALOGUE) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    expect(dot(redBag, blueBag)).toBeGreaterThan(0.2);
    expect(dot(frame, frames)).toBeGreaterThan(0.2);
    expect(Math.abs(dot(redBag, bottle))).toBeLessThan(0.1);
  });

  test('gives rows of length 1, and a zero row where there is no text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 6 }), (pairs) => {
        const encoder = new HashedTfIdfEncoder({ dimensions: 33, seed: 3 });
        const texts = pairs.map(([title, description]) => text(title, description));
        for (const [i, row] of vectors(encoder, texts).entries()) {
          const hasWord = /[\p{L}\p{N}]/u.test(`${texts[i]!.title} ${texts[i]!.description}`.normalize('NFKC'));
          if (hasWord) expect(Math.sqrt(dot(row, row))).toBeCloseTo(1, 5);
          else expect(dot(row, row)).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('golden values never change: vectors are stored and compared across releases', () => {
    const [row] = vectors(new HashedTfIdfEncoder({ dimensions: 8, seed: 1 }), [text('tea pot', 'for tea')]);
    expect([...row!].map((value) => Math.round(value * 1000))).toEqual([140, -140, 357, 59, -59, 476, 774, -40]);
  });

  test('depends on the set of texts learned, not on their order', () => {
    const [one, other] = [CATALOGUE, CATALOGUE.toReversed()].map((catalogue) => {
      const encoder = new HashedTfIdfEncoder({ dimensions: 64, seed: 1 });
      encoder.learn(catalogue);
      return encoder.encodeNow(CATALOGUE);
    });
    expect(one).toEqual(other);
  });

  test('says when its weights changed, and what it forgot counts no more', () => {
    const encoder = new HashedTfIdfEncoder({ dimensions: 16, seed: 1 });
    const many = Array.from({ length: 30 }, (_, i) => text(`thing ${i}`));
    expect(encoder.learn(many)).toBe(true);
    const { fingerprint } = encoder;
    const before = encoder.encodeNow(CATALOGUE);
    expect(encoder.learn([text('one more')])).toBe(false);
    expect(encoder.encodeNow(CATALOGUE)).toEqual(before);
    expect(encoder.fingerprint).toBe(fingerprint);
    expect(encoder.learn(CATALOGUE)).toBe(true);
    expect(encoder.fingerprint).not.toBe(fingerprint);
    expect(encoder.forget([...CATALOGUE, text('one more')])).toBe(true);
    expect(encoder.encodeNow(CATALOGUE)).toEqual(before);
  });

  test('other seeds give other vectors', () => {
    const [a, b] = [1, 2].map((seed) => new HashedTfIdfEncoder({ dimensions: 256, seed }).encodeNow([text('tea pot')]));
    expect(Math.abs(dot(a!, b!))).toBeLessThan(0.3);
  });

  test('stops when told to', async () => {
    const encoder = new HashedTfIdfEncoder({ dimensions: 8, seed: 1 });
    await expect(encoder.encode(CATALOGUE, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('refuses no dimensions', () => {
    expect(() => new HashedTfIdfEncoder({ dimensions: 0, seed: 1 })).toThrow(/positive whole number/);
  });
});
