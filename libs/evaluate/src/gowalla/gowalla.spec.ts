import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { referencePropagation } from '../testing.fixture.js';
import { isBipartiteFolder, readItemsByUser } from './adjacency-lists.js';
import { bipartiteRecall } from './bipartite-recall.js';
import { evaluateGowalla } from './evaluate-gowalla.js';

async function withLists<T>(train: string, test: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-lists-'));
  try {
    writeFileSync(join(folder, 'train.txt.gz'), gzipSync(train));
    writeFileSync(join(folder, 'test.txt'), test);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('readItemsByUser', () => {
  test('reads packed and plain lists, users without a line have no items', async () => {
    await withLists('0 5 6\n2 1\n', '2 4\n', async (folder) => {
      expect(isBipartiteFolder(folder)).toBe(true);
      expect(await readItemsByUser(folder, 'train')).toEqual([[5, 6], [], [1]]);
      expect(await readItemsByUser(folder, 'test')).toEqual([[], [], [4]]);
    });
  });

  test('names the line that is none, and the file that is not there', async () => {
    await withLists('0 1\n1 x\n', '', async (folder) => {
      await expect(readItemsByUser(folder, 'train')).rejects.toThrow(/line 2/);
      await expect(readItemsByUser(folder, 'valid')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    });
  });
});

test('bipartiteRecall leaves out train items, averages over users and takes the degree in', () => {
  const vectors = {
    dimensions: 1,
    users: Float32Array.of(1, 1),
    items: Float32Array.of(0.9, 0.5, 0.4),
    itemDegrees: Uint32Array.of(4, 1, 9),
  };
  // Without degrees item 1 comes before item 2; with them it is the other way round. Item 0 is known to both users.
  const recalls = bipartiteRecall(vectors, [[0], [0]], [[1], [2]], [0, 1], [0, 0.5], 1);
  expect(recalls).toEqual([0.5, 0.5]);
  expect(bipartiteRecall(vectors, [[0], [0]], [[1], [2]], [0], [0, 0.5], 1)).toEqual([1, 0]);
});

test('evaluateGowalla foresees items of the own circle', async () => {
  // Two circles of users and items; each user has most of its circle's items in train and one in test.
  const circle = (user: number): number[] => Array.from({ length: 30 }, (_, i) => (user % 2) * 30 + i);
  const line = (user: number, items: number[]): string => [user, ...items].join(' ');
  const users = [...Array(20).keys()];
  const train = users.map((user) =>
    line(
      user,
      circle(user).filter((item) => item % 7 !== user % 7),
    ),
  );
  const held = users.map((user) =>
    line(
      user,
      circle(user).filter((item) => item % 7 === user % 7),
    ),
  );
  const result = await withLists(train.join('\n'), held.join('\n'), (folder) =>
    evaluateGowalla(folder, referencePropagation, { dimensions: 64, seed: 1, users: 10 }),
  );
  expect(result.users).toBe(10);
  expect(result.recall_at_20).toBe(1);
});
