import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { everyRow, randomVectors, row } from '../testing.fixture.js';
import { exactSearch, innerProduct, recallOf } from './exact-search.js';
import { RowStore } from './row-store.js';
import { TopK } from './top-k.js';

const naiveScores = (query: Float32Array, vectors: readonly Float32Array[]): number[] =>
  vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * query[i]!, 0));

describe('the k best', () => {
  it('are those of sorting everything', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { size: 'max', maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (scores, k) => {
          const best = new TopK(k);
          scores.forEach((score, item) => {
            if (score > best.bar) best.add(item, score);
          });
          const sorted = scores.toSorted((a, b) => b - a).slice(0, k);
          expect(best.sorted().map(({ score }) => score)).toEqual(sorted);
          expect(new Set(best.sorted().map(({ item }) => item)).size).toBe(sorted.length);
          for (const { item, score } of best.sorted()) expect(scores[item]).toBe(score);
        },
      ),
    );
  });
});

describe('a row store', () => {
  const dimensions = fc.integer({ min: 1, max: 40 });

  it('holds what was put there, and scores it as plain code does', () => {
    const step = fc.record({
      kind: fc.constantFrom('push', 'push', 'push', 'set', 'remove'),
      seed: fc.integer(),
      at: fc.nat(),
    });
    fc.assert(
      fc.property(dimensions, fc.array(step, { size: 'max', maxLength: 300 }), fc.integer(), (d, steps, seed) => {
        const store = new RowStore(d);
        const reference: Float32Array[] = [];
        for (const { kind, seed: vectorSeed, at } of steps) {
          const vector = randomVectors(1, d, vectorSeed);
          if (kind === 'push' || reference.length === 0) {
            expect(store.push(vector)).toBe(reference.length);
            reference.push(vector);
          } else if (kind === 'set') {
            store.set(at % reference.length, vector);
            reference[at % reference.length] = vector;
          } else {
            store.replaceByLast(at % reference.length);
            const last = reference.pop()!;
            if (at % (reference.length + 1) < reference.length) reference[at % (reference.length + 1)] = last;
          }
        }
        expect(store.count).toBe(reference.length);
        reference.forEach((vector, i) => expect(store.get(i)).toEqual(vector));
        const query = randomVectors(1, d, seed);
        const scores = naiveScores(query, reference);
        const found = store.search(query, reference.length + 1);
        expect(found).toHaveLength(reference.length);
        for (const { item, score } of found) expect(score).toBeCloseTo(scores[item]!, 4);
      }),
      { numRuns: 60 },
    );
  });

  it('grows beyond its first memory, and asks about no more rows than it must', () => {
    const store = new RowStore(256);
    const vectors = randomVectors(3000, 256, 1);
    for (let i = 0; i < 3000; i++) store.push(row(vectors, i, 256));
    let asked = 0;
    const query = randomVectors(1, 256, 2);
    const found = store.search(query, 10, (i) => ++asked > 0 && i % 2 === 0);
    const expected = Array.from({ length: 1500 }, (_, i) => ({
      item: 2 * i,
      score: innerProduct(query, vectors, 512 * i),
    }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 10);
    expect(found.map(({ item }) => item)).toEqual(expected.map(({ item }) => item));
    expect(asked).toBeLessThan(1000);
  });
});

describe('exact search', () => {
  it('finds what plain code finds, over blocks', async () => {
    const vectors = randomVectors(2600, 12, 3);
    const rows = everyRow(2600).filter((i) => i % 7 !== 0);
    const queries = randomVectors(5, 12, 4);
    const found = await exactSearch({ vectors, rows, dimensions: 12 }, queries, 20);
    found.forEach((best, q) => {
      const scores = Array.from(rows, (each, label) => ({
        item: label,
        score: innerProduct(row(queries, q, 12), vectors, each * 12),
      }));
      const expected = scores.sort((a, b) => b.score - a.score).slice(0, 20);
      expect(best.map(({ item }) => item)).toEqual(expected.map(({ item }) => item));
    });
  });

  it('waits before it reads as much as it says', async () => {
    const source = { vectors: randomVectors(2600, 12, 3), rows: everyRow(2500), dimensions: 12 };
    let bytes = 0;
    let waiting = 0;
    const beforeRead = async (more: number): Promise<void> => {
      bytes += more;
      expect(++waiting).toBe(1);
      await Promise.resolve();
      waiting--;
    };
    await exactSearch(source, source.vectors.subarray(0, 24), 5, { beforeRead });
    expect(bytes).toBe(2500 * 12 * 4);
  });

  it('ends when it is told to', async () => {
    const vectors = randomVectors(60_000, 16, 3);
    const signal = AbortSignal.abort(new Error('enough'));
    const source = { vectors, rows: everyRow(60_000), dimensions: 16 };
    await expect(exactSearch(source, vectors.subarray(0, 16 * 100), 5, { signal })).rejects.toThrow('enough');
  });
});

describe('recall', () => {
  const exact = [3, 2, 1].map((score, item) => ({ item, score }));

  it('is the share of the exact results that was found', () => {
    expect(recallOf([3, 2, 1], exact)).toBe(1);
    expect(recallOf([3, 1, 0.5], exact)).toBeCloseTo(2 / 3);
    expect(recallOf([], exact)).toBe(0);
    expect(recallOf([], [])).toBe(1);
  });

  it('counts rows that are as good as the last', () => {
    expect(recallOf([3, 1, 1, 1], exact)).toBe(1);
    expect(recallOf([3, 2, 1 - 1e-8], exact)).toBe(1);
  });
});
