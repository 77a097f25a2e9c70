import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cp, open, readFile, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes, put, rowsOf } from './contract.js';
import { RocksGraphStore } from './rocks-graph-store.js';
import { temporaryFolders } from './temporary-folder.js';

const newFolder = temporaryFolders();
const COMMITS = 12;

/** A store with `COMMITS` commits of 1 to 60 KB in its log, so that writes begin and end anywhere in a block. */
async function storeWithLog(): Promise<{ folder: string; log: string; size: number }> {
  const folder = join(await newFolder(), 'store');
  const store = await RocksGraphStore.open({ folder });
  for (let n = 0; n < COMMITS; n += 1) {
    await store.commit([
      put('meta', bytes(n), bytes(n)),
      put('customers', bytes(n), Buffer.alloc(((n * 5003) % 60_000) + 1000, n)),
    ]);
  }
  await store.close();
  const log = join(
    folder,
    (await readdir(folder)).find((name) => name.endsWith('.log'))!,
  );
  return { folder, log, size: (await readFile(log)).length };
}

/** How many commits are there, after checking that they are the first ones and whole. */
async function commitsIn(folder: string): Promise<number> {
  const store = await RocksGraphStore.open({ folder });
  try {
    const numbers = (await rowsOf(store, 'meta')).map(({ value }) => value[0]);
    const customers = (await rowsOf(store, 'customers')).map(({ value }) => value[0]);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => n));
    expect(customers).toEqual(numbers);
    return numbers.length;
  } finally {
    await store.close();
  }
}

test('what a loss of power cut short in the log is dropped without a word, and commits go on', async () => {
  const { folder, log, size } = await storeWithLog();
  const copy = `${folder}-copy`;
  for (const cut of [1, 6, 7, 8, 500, 54_000]) {
    await cp(folder, copy, { recursive: true });
    await truncate(log.replace(folder, copy), size - cut);
    expect(await commitsIn(copy)).toBe(COMMITS - 1);
    const store = await RocksGraphStore.open({ folder: copy });
    await store.commit([put('sellers', bytes(1), bytes(1))]);
    await store.close();
    expect(await commitsIn(copy)).toBe(COMMITS - 1);
    await rm(copy, { recursive: true });
  }
});

test('a flipped bit anywhere in the log costs at most the last commit, or the store is refused', async () => {
  const { folder, log, size } = await storeWithLog();
  const copy = `${folder}-copy`;
  const outcomes = { refused: 0, opened: 0 };
  await fc.assert(
    fc.asyncProperty(fc.nat(size - 1), fc.nat(7), async (offset, bit) => {
      await cp(folder, copy, { recursive: true });
      try {
        await flip(log.replace(folder, copy), offset, bit);
        expect(await commitsIn(copy)).toBeGreaterThanOrEqual(COMMITS - 1);
        outcomes.opened += 1;
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'STORE_CORRUPT', details: { file: expect.stringMatching(/^\d+\.log$/) } });
        // Refusing must leave the evidence: the second start is refused as well.
        await expect(commitsIn(copy)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
        outcomes.refused += 1;
      } finally {
        await rm(copy, { recursive: true });
      }
    }),
    {
      numRuns: 25,
      examples: [
        [40, 0],
        [size - 1, 0],
        [4, 7],
      ],
    },
  );
  expect(outcomes.refused).toBeGreaterThan(0);
  expect(outcomes.opened).toBeGreaterThan(0);
});

async function flip(path: string, offset: number, bit: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, offset);
  byte[0]! ^= 1 << bit;
  await file.write(byte, 0, 1, offset);
  await file.close();
}
