import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIds, writeIds } from './ids.js';
import { memorySource, temporaryFolders } from './testing.fixture.js';

const newFolder = temporaryFolders();

/** Any sequence of UTF-16 units: line ends, quotes, zeros, halves of surrogate pairs. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom(0, 10, 13, 34, 92, 0x2028, 0xd800, 0xdfff, 0xfeff), fc.nat(0xffff)), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));

test('an id map is read as it was written, whatever characters the ids have', async () => {
  const folder = await newFolder();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyText, { maxLength: 60, size: 'max' }), async (ids) => {
      const name = `${run++}.ids`;
      await writeIds(folder, name, ids);
      const bytes = await readFile(join(folder, name));
      expect((await readIds(memorySource(bytes))).ids).toEqual(ids);
      expect(bytes.toString().split('\n').length - 1).toBe(ids.length);
    }),
    { numRuns: 200 },
  );
});

test('of many ids, more than one read takes, each is at its row', async () => {
  const folder = await newFolder();
  const ids = Array.from({ length: 100_000 }, (_, row) => `product ${'ü'.repeat(row % 17)}${row}`);
  await writeIds(folder, 'products.ids', ids);
  const told: string[] = [];
  const known = (id: string, row: number): string => (told[row] = id);
  const read = await readIds(memorySource(await readFile(join(folder, 'products.ids'))), { known, count: ids.length });
  expect(read.ids).toEqual(ids);
  expect(told).toEqual(ids);
  expect(ids.every((id, row) => read.get(id) === row)).toBe(true);
});

test('an id that could not be read again is not written', async () => {
  const folder = await newFolder();
  const writing = writeIds(folder, 'products.ids', ['a', 'x'.repeat(30_000)]);
  await expect(writing).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  await writeIds(folder, 'products.ids', ['x'.repeat(20_000)]);
});
