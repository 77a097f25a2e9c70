import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DirectoryBundleStore, FILES, writeIds, writeVectors } from '@thaw/bundle';
import { operator } from '@thaw/contracts';
import { buildIndex } from '@thaw/index';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServedVersion } from '../served-version.js';
import { checkVersion } from './check-version.js';
import { VectorMemory } from '../vector-memory.js';
import { loadVersion } from './load-version.js';

const [PRODUCTS, SELLERS, DIMENSIONS] = [400, 3, 8];
const HNSW = { kind: 'hnsw', m: 16, efConstruction: 100, efSearch: 400 } as const;
const productId = (row: number): string => `p${row}`;
/** On a circle in two of the dimensions: the row's neighbours are its neighbours. */
const vector = (row: number): number[] => {
  const angle = (2 * Math.PI * row) / PRODUCTS;
  return [Math.cos(angle), Math.sin(angle), ...Array.from({ length: DIMENSIONS - 2 }, () => 0)];
};
const matrix = (rows: number[]): Float32Array => Float32Array.from(rows.flatMap(vector));

let root: string;
let store: DirectoryBundleStore;
const live = new AbortController().signal;
const memory = new VectorMemory();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'thaw-load-'));
  store = await DirectoryBundleStore.open(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** @param spoil changes the index file before the manifest takes its sha256 */
async function publish(version: string, spoil?: (path: string) => Promise<void>): Promise<void> {
  const staged = await store.stage(version);
  const rows = Array.from({ length: PRODUCTS }, (_, row) => row);
  const vectors = { dimensions: DIMENSIONS, products: matrix(rows), sellers: matrix([0, 100, 200]) };
  const candidates = Uint32Array.from(rows).reverse();
  const counts = { products: PRODUCTS, sellers: SELLERS };
  await writeVectors(staged.folder, { ...vectors, counts, candidates });
  await writeIds(staged.folder, FILES.products, rows.map(productId));
  await writeIds(staged.folder, FILES.sellers, ['a', 'b', 'c']);
  const path = join(staged.folder, FILES.index);
  await buildIndex({ vectors: vectors.products, rows: candidates, dimensions: DIMENSIONS, path, settings: HNSW });
  await spoil?.(path);
  await staged.publish({
    parent: null,
    kind: 'full',
    createdAtMs: 0,
    graphSequence: 1,
    dataWindow: { fromMs: 0, toMs: 0 },
    counts: { ...counts, candidates: PRODUCTS },
    settings: {
      channels: [{ name: 'all', dimensions: DIMENSIONS - 1, weight: 1 }],
      dimensions: DIMENSIONS,
      coInteractionThreshold: 1,
    },
    metrics: { recallAt100: null, servingRecallAt100: null, indexRecallAt100: 1 },
    gate: { passed: true, reason: 'a test' },
    index: HNSW,
  });
}

const load = async (version: string, signal = live): Promise<ServedVersion> =>
  await loadVersion(
    {
      store,
      check: async (name, free, until) =>
        await checkVersion(
          { root, version: name, memory: free, calls: new Int32Array(new SharedArrayBuffer(4)) },
          until,
        ),
      memory,
      products: () => undefined,
    },
    operator.Version.fromPartial({ version }),
    signal,
  );

describe('a version', () => {
  test('is served as it was published, and gives its memory back when it is closed', async () => {
    await publish('v000001');
    const served = await load('v000001');
    const query = served.vectors.vectorOf('seller', 'b')!;
    const found = served.search(query, 3, () => true);
    expect(found.map(({ id }) => id).sort()).toEqual(['p100', 'p101', 'p99']);
    for (const { id, row } of found) expect(productId(row)).toBe(id);
    expect([...served.index.searchable()]).toHaveLength(PRODUCTS);
    served.close();
    expect(served.vectors.vectorOf('seller', 'b')).toBeUndefined();
    expect(memory.freeBytes).toBe((PRODUCTS + SELLERS) * DIMENSIONS * 4);
    expect(() => served.search(new Float32Array(DIMENSIONS), 3, () => true)).toThrow(/hold a lease/);
    served.close();
  });

  test('whose file was changed afterwards is refused by its sha256', async () => {
    await publish('v000002');
    const path = join(root, 'v000002', FILES.index);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(load('v000002')).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  });

  test('that was published with an index that is none is refused before native code sees it', async () => {
    await publish('v000003', async (path) => await truncate(path, 5000));
    await expect(load('v000003')).rejects.toMatchObject({ code: 'INDEX_INVALID' });
  });

  test('that is not there is refused by its name', async () => {
    await expect(load('v000009')).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND', details: { version: 'v000009' } });
  });

  test('that is wanted no more is not loaded', async () => {
    await publish('v000004');
    await expect(load('v000004', AbortSignal.abort(new Error('another is wanted')))).rejects.toThrow(
      'another is wanted',
    );
    const wanted = new AbortController();
    const loading = load('v000004', wanted.signal);
    wanted.abort(new Error('another is wanted'));
    await expect(loading).rejects.toThrow('another is wanted');
  });
});
