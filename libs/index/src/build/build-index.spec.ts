import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openIndex } from '../serving/open-index.js';
import { everyRow, randomVectors, row } from '../testing.fixture.js';
import type { IndexSettings } from '../types.js';
import { buildIndex } from './build-index.js';
import { chooseIndexSettings, EXACT_LIMIT } from './settings.js';

const D = 16;
const COUNT = 3000;
const settings: IndexSettings = { kind: 'hnsw', m: 8, efConstruction: 60, efSearch: 150 };
const vectors = randomVectors(COUNT + 500, D, 1);
const rows = everyRow(COUNT).map((i) => COUNT + 499 - i);
const ids = Array.from({ length: COUNT + 500 }, (_, i) => `p${i}`);
let folder: string;
const path = (): string => join(folder, 'index.hnsw');

beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'thaw-index-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('building an index', () => {
  it('makes a file that finds the rows under their ids', async () => {
    const told: number[] = [];
    const onProgress = (done: number, total: number): void => {
      expect(total).toBe(COUNT);
      told.push(done);
    };
    const built = await buildIndex({ vectors, rows, dimensions: D, path: path(), settings, onProgress });
    expect(told.length).toBeGreaterThan(50);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(COUNT);
    expect(built).toMatchObject({ settings, path: path() });
    expect(built.recallAt100).toBeGreaterThan(0.9);

    const index = await openIndex({ version: 'v1', settings, path: path(), ids, vectors, rows, dimensions: D });
    expect(index.size).toBe(COUNT);
    const queries = randomVectors(40, D, 2);
    expect(await index.recallAgainstExact(queries, 100)).toBeGreaterThan(0.9);
    for (const i of [500, 501, COUNT + 499]) {
      const query = row(vectors, i, D);
      const self = index.search(query, COUNT, (id) => id === `p${i}`);
      expect(self).toHaveLength(1);
      expect(self[0]!.score).toBeCloseTo(
        query.reduce((sum, value) => sum + value * value, 0),
        4,
      );
    }
    expect(index.search(row(vectors, 3, D), COUNT).some(({ id }) => id === 'p3')).toBe(false);
    expect(index.vectorOf('p3')).toEqual(row(vectors, 3, D));
    index.close();
  });

  it('makes no file where exact search does', async () => {
    const built = await buildIndex({ vectors, rows, dimensions: D, path: path() });
    expect(built).toEqual({ settings: { kind: 'exact' }, path: null, bytes: 0, recallAt100: 1 });
    const index = await openIndex({ version: 'v1', settings: built.settings, ids, vectors, rows, dimensions: D });
    expect(index.search(row(vectors, 700, D), 1)).toHaveLength(1);
    expect(index.size).toBe(COUNT);
    index.close();
  });

  it('searches just long enough to find 98 of 100, with some to spare', async () => {
    const many = randomVectors(EXACT_LIMIT + 1, D, 3);
    const queries = randomVectors(60, D, 4);
    const built = await buildIndex({
      vectors: many,
      rows: everyRow(EXACT_LIMIT + 1),
      dimensions: D,
      path: path(),
      queries,
    });
    expect(built.settings).toMatchObject({ kind: 'hnsw', m: 24 });
    expect(built.recallAt100).toBeGreaterThanOrEqual(0.985);
  });

  it('ends when it is told to, and leaves nothing', async () => {
    const stop = new AbortController();
    const other = join(folder, 'aborted.hnsw');
    const onProgress = (): void => stop.abort(new Error('enough'));
    const build = buildIndex({ vectors, rows, dimensions: D, path: other, settings, onProgress, signal: stop.signal });
    await expect(build).rejects.toThrow('enough');
    expect(await readdir(folder)).not.toContain('aborted.hnsw');
    const after = buildIndex({ vectors, rows, dimensions: D, path: other, settings, signal: stop.signal });
    await expect(after).rejects.toThrow('enough');
  });

  it('says when the disk has not taken the file, and what does not fit', async () => {
    const nowhere = join(folder, 'missing', 'index.hnsw');
    await expect(buildIndex({ vectors, rows, dimensions: D, path: nowhere, settings })).rejects.toMatchObject({
      code: 'INDEX_INVALID',
    });
    const bad = [
      { dimensions: 17 },
      { rows: Uint32Array.of(1, 1) },
      { rows: Uint32Array.of(COUNT + 500) },
      { settings: { ...settings, m: 1 } },
      { settings, queries: new Float32Array(D + 1) },
    ];
    for (const each of bad) {
      await expect(buildIndex({ vectors, rows, dimensions: D, path: path(), ...each })).rejects.toMatchObject({
        code: 'INDEX_INPUT_INVALID',
      });
    }
    const options = { version: 'v1', settings, vectors, rows, dimensions: D };
    await expect(openIndex({ ...options, ids })).rejects.toMatchObject({ code: 'INDEX_INPUT_INVALID' });
    await expect(openIndex({ ...options, ids: ids.slice(1) })).rejects.toMatchObject({ code: 'INDEX_INPUT_INVALID' });
  });

  it('chooses exact search up to its limit', () => {
    expect(chooseIndexSettings(EXACT_LIMIT).kind).toBe('exact');
    expect(chooseIndexSettings(EXACT_LIMIT + 1).kind).toBe('hnsw');
  });
});
