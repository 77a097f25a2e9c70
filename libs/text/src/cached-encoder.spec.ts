import { describe, expect, test } from '@jest/globals';
import { CachedTextEncoder, textKey, type VectorCache } from './cached-encoder.js';
import { HashedTfIdfEncoder } from './hashed-tfidf-encoder.js';
import type { ProductText, TextEncoder } from './text-encoder.js';

const TEXTS: readonly ProductText[] = ['tea pot', 'lantern', 'tea pot', 'bolt'].map((title) => ({
  title,
  description: '',
}));

function mapCache(): VectorCache & { readonly vectors: Map<string, Float32Array> } {
  const vectors = new Map<string, Float32Array>();
  return {
    vectors,
    get: (keys) => Promise.resolve(keys.map((key) => vectors.get(key))),
    set: (entries) => {
      for (const [key, vector] of entries) vectors.set(key, vector);
      return Promise.resolve();
    },
  };
}

/** The default encoder, and what it was asked. */
function counting(): { encoder: TextEncoder; asked: string[] } {
  const inner = new HashedTfIdfEncoder({ dimensions: 16, seed: 1 });
  const asked: string[] = [];
  const encoder: TextEncoder = {
    dimensions: inner.dimensions,
    fingerprint: inner.fingerprint,
    encode: (texts) => {
      asked.push(...texts.map(({ title }) => title));
      return inner.encode(texts);
    },
  };
  return { encoder, asked };
}

describe('CachedTextEncoder', () => {
  test('gives the rows of the encoder behind it and asks it for each text once', async () => {
    const { encoder, asked } = counting();
    const cached = new CachedTextEncoder(encoder, mapCache());
    const expected = await encoder.encode(TEXTS);
    asked.length = 0;
    expect(await cached.encode(TEXTS)).toEqual(expected);
    expect(asked).toEqual(['tea pot', 'lantern', 'bolt']);
    expect(await cached.encode(TEXTS.slice(1))).toEqual(expected.slice(16));
    expect(asked).toHaveLength(3);
  });

  test('does not trust a vector of another length', async () => {
    const { encoder, asked } = counting();
    const cache = mapCache();
    cache.vectors.set(textKey(encoder.fingerprint, TEXTS[0]!), new Float32Array(3));
    await new CachedTextEncoder(encoder, cache).encode(TEXTS.slice(0, 1));
    expect(asked).toEqual(['tea pot']);
  });

  test('keys differ with the encoder and with where the title ends', () => {
    const key = textKey('one', { title: 'a', description: 'bc' });
    expect(textKey('other', { title: 'a', description: 'bc' })).not.toBe(key);
    expect(textKey('one', { title: 'ab', description: 'c' })).not.toBe(key);
  });
});
