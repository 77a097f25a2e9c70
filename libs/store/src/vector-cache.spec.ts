import { describe, expect, test } from '@jest/globals';
import { CachedTextEncoder, HashedTfIdfEncoder, type ProductText, type TextEncoder } from '@thaw/text';
import fc from 'fast-check';
import { temporaryFolders } from './temporary-folder.js';
import { RocksVectorCache } from './vector-cache.js';

const folder = temporaryFolders();

describe('RocksVectorCache', () => {
  test('gives what was set last, in the order of the keys, also after it was reopened (against a map)', async () => {
    const path = await folder();
    let cache = await RocksVectorCache.open(path);
    const known = new Map<string, Float32Array>();
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const vector = fc.float32Array({ noNaN: false, maxLength: 20, size: 'max' });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(key, vector), { maxLength: 6 }),
        fc.array(key),
        fc.boolean(),
        async (entries, keys, reopen) => {
          await cache.set(entries);
          for (const [name, value] of entries) known.set(name, value.slice());
          if (reopen) {
            await cache.close();
            cache = await RocksVectorCache.open(path);
          }
          expect(await cache.get(keys)).toEqual(keys.map((name) => known.get(name)));
        },
      ),
    );
    await cache.close();
  });

  test('has a product encoded once, across restarts', async () => {
    const path = await folder();
    const texts: ProductText[] = Array.from({ length: 600 }, (_, i) => ({ title: `lamp ${i}`, description: '' }));
    const inner = new HashedTfIdfEncoder({ dimensions: 8, seed: 1 });
    const asked: string[] = [];
    const encoder: TextEncoder = {
      dimensions: 8,
      fingerprint: inner.fingerprint,
      encode: (some) => {
        asked.push(...some.map(({ title }) => title));
        return inner.encode(some);
      },
    };
    const results: Float32Array[] = [];
    for (const known of [texts.slice(0, 500), texts, texts]) {
      const cache = await RocksVectorCache.open(path);
      results.push(await new CachedTextEncoder(encoder, cache).encode(known));
      await cache.close();
    }
    expect(asked).toEqual(texts.map(({ title }) => title));
    expect(results[2]).toEqual(await inner.encode(texts));
  });

  test('keeps a bounded number: what was asked for lately, not what nobody asked for', async () => {
    const path = await folder();
    let cache = await RocksVectorCache.open(path, 20);
    await cache.set([['forgotten', Float32Array.of(1)]]);
    await cache.set([['asked for', Float32Array.of(2)]]);
    const all = ['forgotten', 'asked for'];
    for (let i = 0; i < 100; i++) {
      await cache.set([[`new ${i}`, Float32Array.of(i)]]);
      all.push(`new ${i}`);
      expect(await cache.get(['asked for'])).toEqual([Float32Array.of(2)]);
      if (i % 7 === 0) {
        await cache.close();
        cache = await RocksVectorCache.open(path, 20);
      }
    }
    const newest = Array.from({ length: 8 }, (_, i) => `new ${92 + i}`);
    expect((await cache.get(newest)).every((vector) => vector !== undefined)).toBe(true);
    expect(await cache.get(['forgotten'])).toEqual([undefined]);
    const kept = (await cache.get(all)).filter((vector) => vector !== undefined).length;
    expect(kept).toBeLessThanOrEqual(20);
    await cache.close();
  });

  test('says who holds the folder, and that it is closed', async () => {
    const path = await folder();
    const cache = await RocksVectorCache.open(path);
    await expect(RocksVectorCache.open(path)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await cache.close();
    await expect(cache.get(['a'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
