import { ThawError } from '@thaw/contracts';
import { describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BadRow } from './bad-row.js';
import { collect } from './collect.js';
import { SMALL, withFolder } from './dataset.fixture.js';
import { hasTestSplit, readCandidates, readInteractions, readListings, readProducts } from './readers.js';

const listings = (rows: string): Record<string, string> => ({
  'listings.csv': `seller_id,product_id,timestamp\n${rows}`,
});

describe('the readers', () => {
  test('read quoted fields, quotes in quotes and line breaks, packed or not', async () => {
    await withFolder(SMALL, async (folder) => {
      expect(await collect(readProducts(folder))).toEqual([
        { productId: 'p1', categoryId: 'TOYS', title: 'Ball, red', description: '' },
        { productId: 'p2', categoryId: '', title: 'Tea "pot"', description: 'two\nlines' },
      ]);
      const interactions = await collect(readInteractions(folder));
      expect(interactions.map((row) => row.type)).toEqual(['view', 'review', 'gaze']);
      expect(hasTestSplit(folder)).toBe(false);
    });
  });

  test('ask for columns by name, whatever their order', async () => {
    const files = { 'candidates.csv.gz': 'n_customers,note,product_id,n_listings\n5,x,p1,2\n' };
    await withFolder(files, async (folder) => {
      expect(await collect(readCandidates(folder))).toEqual([{ productId: 'p1', listings: 2, customers: 5 }]);
    });
  });

  test('throw the first bad row with its file and line', async () => {
    await withFolder(listings('s1,p1,2020-01-01\ns1,p2,soon\n'), async (folder) => {
      await expect(collect(readListings(folder))).rejects.toThrow(/listings\.csv, line 3: timestamp "soon"/);
    });
  });

  test('hand bad rows to the caller and read on', async () => {
    const rows = 's1,p1,2020-01-01\n,p1,2020-01-01\ns1,p1\n\n"s\n2",p2,7\n' + `${'s'.repeat(257)},p1,7\n`;
    await withFolder(listings(rows), async (folder) => {
      const bad: BadRow[] = [];
      const good = await collect(readListings(folder, { onBadRow: (row) => bad.push(row) }));
      expect(good.map((row) => row.sellerId)).toEqual(['s1', 's\n2']);
      expect(bad.map(({ line, reason }) => [line, reason])).toEqual([
        [3, 'seller_id is empty'],
        [4, '2 fields where the header has 3'],
        [8, 'seller_id is longer than 256 bytes'],
      ]);
    });
  });

  test.each([
    ['an unclosed quote', 'seller_id,product_id,timestamp\n"s1,p1,2020-01-01\n', /cannot be read/],
    ['a missing column', 'seller_id,timestamp\n', /column product_id is missing/],
    ['an empty file', '', /empty/],
  ])('say what is wrong with %s', async (_what, text, message) => {
    await withFolder({ 'listings.csv': text }, async (folder) => {
      const error = await collect(readListings(folder)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ThawError);
      expect(error).toMatchObject({ code: 'DATASET_INVALID' });
      expect((error as Error).message).toMatch(message);
    });
  });

  test('say that a packed file is cut short', async () => {
    await withFolder({}, async (folder) => {
      writeFileSync(join(folder, 'listings.csv.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0]));
      await expect(collect(readListings(folder))).rejects.toMatchObject({ code: 'DATASET_INVALID' });
    });
  });

  test('name the file that a folder lacks', async () => {
    await withFolder({}, async (folder) => {
      expect(() => readListings(folder)).toThrow(/has no listings\.csv\.gz/);
      await Promise.resolve();
    });
  });

  test('stop when told to', async () => {
    await withFolder(SMALL, async (folder) => {
      const signal = AbortSignal.abort();
      await expect(collect(readListings(folder, { signal }))).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
});
