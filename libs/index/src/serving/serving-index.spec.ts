import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completeIndex, everyRow, hnswOf, naiveSearch, randomVectors, row } from '../testing.fixture.js';
import { NEWER } from '../types.js';
import { ServingIndex } from './serving-index.js';

const D = 6;
const name = (i: number): string => `p${i}`;

describe('a serving index', () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 50 }).map(name),
    seed: fc.option(fc.integer(), { freq: 3 }),
  });
  const search = fc.record({
    seed: fc.integer(),
    k: fc.integer({ min: 1, max: 60 }),
    /** Ids whose number is a multiple are accepted. */
    every: fc.constantFrom(1, 2, 3, 17, 1000),
  });

  it.each([['exact', true] as const, ['HNSW', false] as const])(
    'answers as a search of everything that is there now (%s)',
    (_, exact) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer(),
          fc.array(fc.oneof(change, search), { size: 'max', maxLength: 60 }),
          (products, stride, seed, steps) => {
            const vectors = randomVectors(products, D, seed);
            const ids = Array.from({ length: products }, (_, i) => name(i));
            const rows = everyRow(products)
              .filter((i) => i % stride === 0)
              .reverse();
            const index = completeIndex({ vectors, rows, ids, dimensions: D, exact });
            const searchable = new Map(Array.from(rows, (i) => [name(i), row(vectors, i, D)]));
            const known = new Map(ids.map((id, i) => [id, row(vectors, i, D)]));
            for (const step of steps) {
              if ('id' in step) {
                const vector = step.seed === null ? null : randomVectors(1, D, step.seed);
                index.apply({ id: step.id, vector });
                for (const map of [searchable, known]) {
                  if (vector) map.set(step.id, vector);
                  else map.delete(step.id);
                }
                expect(index.vectorOf(step.id)).toEqual(vector ?? undefined);
                expect(index.size).toBe(searchable.size);
                expect(index.has(step.id)).toBe(vector !== null);
                expect(Array.from(index.searchable(), ([id]) => id).sort()).toEqual([...searchable.keys()].sort());
              } else {
                const query = randomVectors(1, D, step.seed);
                const accept = (id: string): boolean => Number(id.slice(1)) % step.every === 0;
                const found = index.search(query, step.k, step.every === 1 ? undefined : accept);
                const expected = naiveSearch(searchable, query, step.k, accept);
                expect(found).toHaveLength(expected.length);
                found.forEach(({ score }, i) => expect(score).toBeCloseTo(expected[i]!.score, 4));
                for (const { id, row, score } of found) {
                  if (row !== NEWER) expect(ids[row]).toBe(id);
                  expect(accept(id)).toBe(true);
                  expect(naiveSearch(new Map([[id, searchable.get(id)!]]), query, 1, () => true)[0]!.score).toBeCloseTo(
                    score,
                    4,
                  );
                }
                expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
              }
            }
            for (const [id, vector] of known) expect(index.vectorOf(id)).toEqual(vector);
            index.close();
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  it('finds the few that are accepted, though the graph would not come to them', () => {
    const vectors = randomVectors(3000, 16, 1);
    const ids = Array.from({ length: 3000 }, (_, i) => name(i));
    const rows = everyRow(3000);
    const hnsw = hnswOf({ vectors, rows, dimensions: 16, m: 6, efConstruction: 40 });
    const rowOf = new Map(ids.map((id, i) => [id, i]));
    const index = new ServingIndex({ version: 'v1', vectors, rows, ids, rowOf, dimensions: 16, hnsw });
    const query = randomVectors(1, 16, 2);
    const accept = (id: string): boolean => id.endsWith('77');
    const expected = naiveSearch(new Map(ids.map((id, i) => [id, row(vectors, i, 16)])), query, 100, accept);
    expect(expected).toHaveLength(30);
    expect(index.search(query, 100, accept).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    index.close();
  });

  it('measures its recall against exact search', async () => {
    const vectors = randomVectors(2000, 16, 1);
    const rows = everyRow(2000);
    const hnsw = hnswOf({ vectors, rows, dimensions: 16, m: 8, efConstruction: 60 });
    const ids = Array.from({ length: 2000 }, (_, i) => name(i));
    const index = new ServingIndex({ version: 'v1', vectors, rows, ids, rowOf: new Map(), dimensions: 16, hnsw });
    const queries = randomVectors(30, 16, 2);
    hnsw.setEfSearch(10);
    const low = await index.recallAgainstExact(queries, 10);
    hnsw.setEfSearch(1000);
    const high = await index.recallAgainstExact(queries, 10);
    expect(low).toBeLessThan(high);
    expect(high).toBeGreaterThan(0.99);
    index.close();
  });

  it('asks for a rebuild at a fifth of its rows', () => {
    const vectors = randomVectors(50, D, 1);
    const ids = Array.from({ length: 50 }, (_, i) => name(i));
    const index = completeIndex({ vectors, rows: everyRow(50), ids, dimensions: D, exact: false });
    for (let i = 0; i < 9; i++) {
      if (i % 2 === 0) index.remove(name(i));
      else index.upsert(name(i), randomVectors(1, D, i));
      index.remove('unknown');
    }
    expect(index.tombstoneShare).toBe(9 / 50);
    expect(index.needsRebuild()).toBe(false);
    index.remove(name(9));
    index.remove(name(9));
    expect(index.tombstoneShare).toBe(0.2);
    expect(index.needsRebuild()).toBe(true);
    index.close();
  });

  it('refuses what does not fit, and any use after its end', () => {
    const index = completeIndex({
      vectors: randomVectors(5, D, 1),
      rows: everyRow(5),
      ids: Array.from({ length: 5 }, (_, i) => name(i)),
      dimensions: D,
      exact: false,
    });
    const query = randomVectors(1, D, 2);
    const invalid = expect.objectContaining({ code: 'INDEX_INPUT_INVALID' });
    expect(() => index.search(query.subarray(1), 3)).toThrow(invalid);
    expect(() =>
      index.search(
        query.map(() => NaN),
        3,
      ),
    ).toThrow(invalid);
    expect(() =>
      index.upsert(
        'p1',
        query.map(() => Infinity),
      ),
    ).toThrow(invalid);
    for (const k of [0, -1, 1.5, NaN]) expect(() => index.search(query, k)).toThrow(invalid);
    index.close();
    index.close();
    const closed = expect.objectContaining({ code: 'INDEX_CLOSED' });
    expect(() => index.search(query, 3)).toThrow(closed);
    expect(() => index.upsert('p1', query)).toThrow(closed);
  });
});
