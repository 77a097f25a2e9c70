import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { loadTask } from './task.js';

const lines = (header: string, rows: readonly string[]): string => [header, ...rows, ''].join('\n');

/** Ten listings of one seller, one a second; five customers for every product. */
const FILES = {
  'products.csv': lines(
    'product_id,category_id,title,description',
    Array.from({ length: 12 }, (_, p) => `p${p},,t${p},`),
  ),
  'listings.csv': lines(
    'seller_id,product_id,timestamp',
    Array.from({ length: 10 }, (_, i) => `s,p${i},${i + 10}`),
  ),
  'interactions.csv': lines(
    'customer_id,product_id,type,timestamp',
    Array.from({ length: 60 }, (_, i) => `c${i % 5},p${i % 12},view,5`),
  ),
};

const SPLIT = {
  'candidates.csv': lines('product_id,n_listings,n_customers', ['p10,0,5', 'p3,1,4', 'unknown,0,9']),
  'test_listings.csv': lines('seller_id,product_id,timestamp', ['s,p10,30', 's,p11,31', 'nobody,p10,32']),
};

async function withFolder<T>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-task-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('loadTask', () => {
  test('takes candidates and test listings from the files, and the rule from the candidates', async () => {
    const { exercise, split } = await withFolder({ ...FILES, ...SPLIT }, (folder) => loadTask(folder));
    expect(split.source).toBe('files');
    expect([...exercise.training.candidates]).toEqual([3, 10]);
    expect(exercise.training.rule).toEqual({ minCustomers: 4, maxListings: 10 });
    expect(exercise.targets).toEqual([{ seller: 0, product: 10 }]);
  });

  test('splits the log at a given time, or at four fifths', async () => {
    await withFolder({ ...FILES, ...SPLIT }, async (folder) => {
      const at = await loadTask(folder, { splitTimeMs: 15_000 });
      expect(at.exercise.targets.map(({ product }) => product)).toEqual([5, 6, 7, 8, 9]);
    });
    const task = await withFolder(FILES, (folder) => loadTask(folder));
    expect(task.split).toEqual({ source: 'time', timeMs: 18_000 });
    expect(task.exercise.targets.map(({ product }) => product)).toEqual([8, 9]);
  });

  test('says when nothing is left to test', async () => {
    await withFolder(FILES, async (folder) => {
      await expect(loadTask(folder, { splitTimeMs: 99_000 })).rejects.toThrow(/nothing|no listing/);
    });
  });
});

const INDUSTRIAL = fileURLToPath(new URL('../../../../../shared/data/industrial', import.meta.url));
const present = existsSync(INDUSTRIAL);
(present ? test : test.skip)(
  `agrees with the data set's own counts${present ? '' : ' (skipped: no ../shared/data/industrial)'}`,
  async () => {
    const { dataset, exercise } = await loadTask(INDUSTRIAL);
    expect([dataset, exercise.training.candidates.length, exercise.targets.length]).toEqual(['industrial', 1733, 665]);
  },
);
