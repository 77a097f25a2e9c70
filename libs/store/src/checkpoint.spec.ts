import { expect, test } from '@jest/globals';
import { TABLES } from '@thaw/graph';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes, put, rowsOf } from './contract.js';
import { openFolder } from './folder.js';
import { RocksGraphStore } from './rocks-graph-store.js';
import { FAMILIES, OWN_FAMILY } from './settings.js';
import { temporaryFolders } from './temporary-folder.js';

const newFolder = temporaryFolders();
const ROWS = 2500;

/** A row with the commit's number in two tables: a copy of two moments would hold two numbers. */
const commit = (store: RocksGraphStore, n: number): Promise<void> =>
  store.commit(
    Array.from({ length: ROWS }, (_, id) => [
      put('customers', bytes(id >> 8, id), bytes(n)),
      put('outbox', bytes(id >> 8, id), bytes(n)),
    ]).flat(),
  );

test('a checkpoint is the store of one moment, while commits go on', async () => {
  const folder = await newFolder();
  const store = await RocksGraphStore.open({ folder: join(folder, 'store') });
  await store.commit(TABLES.map((table, i) => put(table, bytes(255, 255), bytes(i))));
  await commit(store, 1);
  const copying = store.exportCheckpoint(join(folder, 'copy'));
  for (let n = 2; n < 6; n += 1) await commit(store, n);
  await copying;
  await store.close();

  const copy = await RocksGraphStore.open({ folder: join(folder, 'copy') });
  const numbers = new Set<number>();
  for (const table of TABLES) {
    const rows = await rowsOf(copy, table);
    expect(rows).toHaveLength(table === 'customers' || table === 'outbox' ? ROWS + 1 : 1);
    for (const { value } of rows.slice(0, -1)) numbers.add(value[0]!);
  }
  expect(numbers).toEqual(new Set([1]));
  await copy.commit([put('meta', bytes(1), bytes(1))]);
  await copy.close();
});

test('a copy that was cut short is refused: the format is what comes last', async () => {
  expect(FAMILIES.at(-1)).toBe(OWN_FAMILY);
  const folder = join(await newFolder(), 'cut');
  const cut = await openFolder(folder);
  cut.write([put('customers', bytes(1), bytes(1))]);
  await cut.close();
  await expect(RocksGraphStore.open({ folder })).rejects.toMatchObject({ code: 'STORE_VERSION' });
});

test('a folder with something in it is left alone', async () => {
  const folder = await newFolder();
  const store = await RocksGraphStore.open({ folder: join(folder, 'store') });
  await mkdir(join(folder, 'taken'));
  await writeFile(join(folder, 'taken', 'file'), '');
  await expect(store.exportCheckpoint(join(folder, 'taken'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(store.exportCheckpoint(join(folder, 'store'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await store.commit([put('meta', bytes(1), bytes(1))]);
  await store.close();
});
