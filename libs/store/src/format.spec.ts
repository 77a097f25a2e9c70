import { describe, expect, test } from '@jest/globals';
import { bytes, put, rowsOf } from './contract.js';
import { openFolder } from './folder.js';
import { FORMAT, MIGRATIONS, settleFormat, type FormatOutcome } from './format.js';
import type { Migration } from './migrations/migration.js';
import { RocksGraphStore } from './rocks-graph-store.js';
import { temporaryFolders } from './temporary-folder.js';

const newFolder = temporaryFolders();

/** Opens the folder as a Thaw of that format would. */
async function settle(folder: string, format: number, migrations?: readonly Migration[]): Promise<FormatOutcome> {
  const database = await openFolder(folder);
  try {
    return settleFormat(folder, database, format, migrations);
  } finally {
    await database.close();
  }
}

/** Adds 1 to the first byte of every value in `products`; a row of its own keeps it from doing a row twice. */
const addOne = (from: number, interruptAfter = Infinity): Migration => ({
  from,
  migrate: (target) => {
    const scan = target.scan('products');
    let done = 0;
    for (let page = scan.next(); page.length > 0; page = scan.next()) {
      for (const { key, value } of page) {
        if (value[1] === from + 1) continue;
        if (done === interruptAfter) throw new Error('interrupted');
        target.write([put('products', key, bytes(value[0]! + 1, from + 1))]);
        done += 1;
      }
    }
    scan.close();
  },
});

async function storeOfFormatOne(): Promise<string> {
  const folder = await newFolder();
  await settle(folder, 1);
  const database = await openFolder(folder);
  database.write([1, 2, 3].map((id) => put('products', bytes(id), bytes(10 * id, 1))));
  await database.close();
  return folder;
}

async function productsOf(folder: string): Promise<number[]> {
  const database = await openFolder(folder);
  const values = database
    .scan('products')
    .next()
    .map(({ value }) => value[0]!);
  await database.close();
  return values;
}

describe('the format of a store', () => {
  test('there is a migration from every format that is still read, up to the current one', () => {
    const path = Array.from({ length: MIGRATIONS.length }, (_, i) => FORMAT - MIGRATIONS.length + i);
    expect(MIGRATIONS.map(({ from }) => from)).toEqual(path);
  });

  test('a fresh store is marked, and the mark is in none of the tables', async () => {
    const folder = await newFolder();
    expect(await settle(folder, FORMAT)).toEqual({ fresh: true });
    expect(await settle(folder, FORMAT)).toEqual({ fresh: false });
    const store = await RocksGraphStore.open({ folder });
    expect(await rowsOf(store, 'meta')).toEqual([]);
    await store.close();
  });

  test('an older store is migrated step by step, once', async () => {
    const folder = await storeOfFormatOne();
    const migrations = [addOne(2), addOne(1)];
    expect(await settle(folder, 3, migrations)).toEqual({ fresh: false, migratedFrom: 1 });
    expect(await productsOf(folder)).toEqual([12, 22, 32]);
    expect(await settle(folder, 3, migrations)).toEqual({ fresh: false });
    expect(await productsOf(folder)).toEqual([12, 22, 32]);
  });

  test('a migration that was interrupted is done again and goes on', async () => {
    const folder = await storeOfFormatOne();
    await expect(settle(folder, 3, [addOne(1), addOne(2, 1)])).rejects.toThrow('interrupted');
    expect(await settle(folder, 3, [addOne(1), addOne(2)])).toEqual({ fresh: false, migratedFrom: 2 });
    expect(await productsOf(folder)).toEqual([12, 22, 32]);
  });

  test('an older store without a migration is refused untouched, with both versions and the way out', async () => {
    const folder = await storeOfFormatOne();
    const refused = settle(folder, 3, [addOne(1)]);
    await expect(refused).rejects.toMatchObject({ code: 'STORE_VERSION' });
    await expect(refused).rejects.toThrow(/format 1, too old .* format 3\. Run the Thaw that wrote it, or delete/);
    expect(await productsOf(folder)).toEqual([10, 20, 30]);
  });

  test('a newer store is refused with both versions, and can be opened by the newer Thaw afterwards', async () => {
    const folder = await newFolder();
    await settle(folder, FORMAT + 1);
    const refused = RocksGraphStore.open({ folder });
    await expect(refused).rejects.toMatchObject({ code: 'STORE_VERSION', details: { folder } });
    await expect(refused).rejects.toThrow(
      `format ${FORMAT + 1}, a newer one: this Thaw reads and writes format ${FORMAT}`,
    );
    expect(await settle(folder, FORMAT + 1)).toEqual({ fresh: false });
  });

  test('rows without a format version are refused', async () => {
    const folder = await newFolder();
    const database = await openFolder(folder);
    database.write([put('meta', bytes(1), bytes(1))]);
    await database.close();
    const refused = RocksGraphStore.open({ folder });
    await expect(refused).rejects.toMatchObject({ code: 'STORE_VERSION' });
    await expect(refused).rejects.toThrow('no format version');
  });
});
