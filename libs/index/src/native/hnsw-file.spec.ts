import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { everyRow, hnswOf, randomVectors, row } from '../testing.fixture.js';
import { checkIndexFile } from './hnsw-file.js';
import { HnswIndex } from './hnsw-index.js';

const shape = { dimensions: 6, count: 400, m: 4, efConstruction: 30 };
const ELEMENT_BYTES = 4 * (1 + 2 * shape.m) + 4 * shape.dimensions + 8;
const HEADER_BYTES = 96;
let folder: string;
let path: string;
let good: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-index-'));
  path = join(folder, 'index.hnsw');
  const vectors = randomVectors(shape.count, shape.dimensions, 1);
  const hnsw = hnswOf({ ...shape, vectors, rows: everyRow(shape.count) });
  hnsw.write(path);
  hnsw.close();
  good = await readFile(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const load = (): Promise<HnswIndex> => checkIndexFile(path, shape).then(() => HnswIndex.load(path, shape, 50));

async function refused(change: (bytes: Buffer) => Buffer | undefined): Promise<string> {
  const bytes = Buffer.from(good);
  await writeFile(path, change(bytes) ?? bytes);
  const error = await load().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'INDEX_INVALID' });
  return (error as Error).message;
}

describe('an index file', () => {
  it('is loaded when it is whole', async () => {
    await writeFile(path, good);
    const index = await load();
    const vectors = randomVectors(shape.count, shape.dimensions, 1);
    for (const i of [0, 7, 399]) {
      const { labels, scores } = index.search(row(vectors, i, shape.dimensions), shape.count);
      expect(labels).toContain(i);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
    index.close();
  });

  it.each([
    ['lowest layer', 0],
    ['capacity', 8],
    ['number of elements', 16],
    ['size of an element', 24],
    ['offset of labels', 32],
    ['offset of vectors', 40],
    ['links per layer', 56],
    ['links on the lowest layer', 64],
    ['M', 72],
  ])('is refused before native code sees it when its %s is another', async (field, at) => {
    for (const value of [2n ** 60n, 3n]) {
      expect(await refused((bytes) => void bytes.writeBigUInt64LE(value, at))).toContain(field);
    }
  });

  it('is refused when it is of other dimensions, rows or links than the manifest says', async () => {
    await writeFile(path, good);
    for (const other of [{ dimensions: 7 }, { count: 399 }, { count: 401 }, { m: 8 }]) {
      await expect(checkIndexFile(path, { ...shape, ...other })).rejects.toMatchObject({ code: 'INDEX_INVALID' });
    }
  });

  it('is refused with a bad entry point, top layer or layer factor', async () => {
    await refused((bytes) => void bytes.writeInt32LE(-1, 48));
    await refused((bytes) => void bytes.writeInt32LE(60, 48));
    await refused((bytes) => void bytes.writeUInt32LE(shape.count, 52));
    await refused((bytes) => void bytes.writeDoubleLE(0, 80));
  });

  it('is refused with links or labels to nowhere', async () => {
    const element = HEADER_BYTES + 17 * ELEMENT_BYTES;
    const label = element + ELEMENT_BYTES - 8;
    expect(await refused((bytes) => void bytes.writeUInt16LE(9, element))).toContain('9 links');
    expect(await refused((bytes) => void bytes.writeUInt8(1, element + 2))).toContain('deleted');
    expect(await refused((bytes) => void bytes.writeUInt32LE(400, element + 4))).toContain('does not exist');
    expect(await refused((bytes) => void bytes.writeUInt32LE(400, label))).toContain('label');
    expect(await refused((bytes) => void bytes.writeUInt32LE(3, label))).toContain('label');
    expect(await refused((bytes) => void bytes.writeUInt32LE(1, label + 4))).toContain('label');
  });

  it('is refused when it is cut short, is longer, or is not there', async () => {
    await refused(() => Buffer.alloc(0));
    await refused((bytes) => bytes.subarray(0, bytes.length - 1));
    await refused((bytes) => bytes.subarray(0, bytes.length - 4 * (1 + shape.m)));
    await refused((bytes) => Buffer.concat([bytes, Buffer.alloc(4)]));
    await truncate(path, 50);
    await expect(load()).rejects.toMatchObject({ code: 'INDEX_INVALID' });
    await rm(path);
    await expect(load()).rejects.toMatchObject({ code: 'INDEX_INVALID' });
  });

  it('is refused or safe to search after any change of a byte', async () => {
    const query = randomVectors(1, shape.dimensions, 9);
    const place = fc.oneof(fc.nat({ max: HEADER_BYTES }), fc.nat());
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(good);
        bytes[at % bytes.length]! ^= flip;
        await writeFile(path, bytes);
        const index = await load().catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'INDEX_INVALID' });
          return undefined;
        });
        expect(index?.search(query, shape.count).labels.length ?? 0).toBeLessThanOrEqual(shape.count);
        index?.close();
      }),
      { numRuns: 300 },
    );
  });

  it('is not read on when nobody waits any more', async () => {
    await writeFile(path, good);
    const enough = AbortSignal.abort(new Error('enough'));
    await expect(checkIndexFile(path, shape, { signal: enough })).rejects.toThrow('enough');
    await expect(HnswIndex.load(path, shape, 50, enough)).rejects.toThrow('enough');
  });
});
