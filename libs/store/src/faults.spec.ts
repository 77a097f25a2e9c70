import { afterEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, put, rowsOf } from './contract.js';
import { RocksGraphStore, type StoreEvent } from './rocks-graph-store.js';
import { temporaryFolders } from './temporary-folder.js';

const newFolder = temporaryFolders();
const REBUILD = /Restore the folder from a backup, or delete it and start again/;

/** A disk of `size` in memory. @throws where the process may not mount one */
function mountDisk(size: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch (thrown) {
    rmSync(folder, { recursive: true });
    throw thrown;
  }
  return folder;
}

const remount = (folder: string, option: string): unknown => execFileSync('mount', ['-o', `remount,${option}`, folder]);

function unmountDisk(folder: string): void {
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
}

function mayMount(): boolean {
  try {
    unmountDisk(mountDisk('1m'));
    return true;
  } catch {
    return false;
  }
}

const canMount = mayMount();
const onDisk = canMount ? describe : describe.skip;

onDisk(`a small disk${canMount ? '' : ' (skipped: this process may not mount a tmpfs)'}`, () => {
  let disk = '';
  let store: RocksGraphStore | undefined;
  const events: StoreEvent[] = [];

  afterEach(async () => {
    await store?.close();
    store = undefined;
    events.length = 0;
    unmountDisk(disk);
  });

  const batch = (n: number) =>
    Array.from({ length: 100 }, (_, i) => put(i % 2 ? 'customers' : 'listings', bytes(n, i), Buffer.alloc(3000, n)));

  async function countRows(): Promise<number> {
    return (await rowsOf(store!, 'customers')).length + (await rowsOf(store!, 'listings')).length;
  }

  test('full: the commit is refused whole, reads go on, and once space is back the same commit succeeds', async () => {
    disk = mountDisk('24m');
    store = await RocksGraphStore.open({ folder: join(disk, 'store'), onEvent: (event) => events.push(event) });
    let committed = 0;
    const fill = async (): Promise<void> => {
      for (; committed < 255; committed += 1) await store!.commit(batch(committed));
    };
    const refused = {
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/disk is full.*Nothing was written/),
    };
    await expect(fill()).rejects.toMatchObject(refused);
    expect(store.health()).toMatchObject({ state: 'failed', recoveries: 0, lastError: refused });
    expect(committed).toBeGreaterThan(0);
    expect(await countRows()).toBe(committed * 100);
    // Reopening frees what RocksDB had reserved, but this one has no room however often the caller tries.
    const tooBig = Array.from({ length: 400 }, (_, id) =>
      put('products', bytes(id >> 8, id), Buffer.alloc(100_000, id)),
    );
    await expect(store.commit(tooBig)).rejects.toMatchObject(refused);
    await expect(store.commit(tooBig)).rejects.toMatchObject(refused);

    remount(disk, 'size=300m');
    await store.commit(tooBig);
    expect(await rowsOf(store, 'products')).toHaveLength(400);
    expect(await countRows()).toBe(committed * 100);
    expect(store.health()).toMatchObject({ state: 'open', recoveries: 1 });
    expect(events.map(({ kind }) => kind)).toEqual(['opened', 'failed', 'failed', 'failed', 'recovered']);

    await store.close();
    store = await RocksGraphStore.open({ folder: join(disk, 'store') });
    expect(await countRows()).toBe(committed * 100);
  });

  test('full when the store is opened: the message says so, and nothing is lost', async () => {
    disk = mountDisk('64m');
    const folder = join(disk, 'store');
    store = await RocksGraphStore.open({ folder });
    await store.commit(batch(1));
    await store.close();
    await writeFile(join(disk, 'ballast'), Buffer.alloc(1));
    const ballast = await open(join(disk, 'ballast'), 'w');
    await expect(ballast.write(Buffer.alloc(80 << 20)).then(({ bytesWritten }) => bytesWritten)).resolves.toBeLessThan(
      80 << 20,
    );
    await ballast.close();
    await expect(RocksGraphStore.open({ folder })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('The disk is full'),
    });
    await rm(join(disk, 'ballast'));
    store = await RocksGraphStore.open({ folder });
    expect(await countRows()).toBe(100);
  });

  test('read-only: the store cannot be opened, and the message says why', async () => {
    disk = mountDisk('64m');
    const folder = join(disk, 'store');
    store = await RocksGraphStore.open({ folder });
    await store.commit(batch(1));
    await store.close();
    remount(disk, 'ro');
    const refused = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('read-only') };
    await expect(RocksGraphStore.open({ folder })).rejects.toMatchObject(refused);
    await expect(RocksGraphStore.open({ folder: join(disk, 'new') })).rejects.toMatchObject(refused);
    remount(disk, 'rw');
    store = await RocksGraphStore.open({ folder });
    expect(await countRows()).toBe(100);
  });
});

describe('a damaged folder is refused with the file and the way out', () => {
  /** A store whose rows are in tables (opening a store again moves them there from the log). */
  async function storeWithTables(): Promise<string> {
    const folder = join(await newFolder(), 'store');
    const store = await RocksGraphStore.open({ folder });
    await store.commit(
      Array.from({ length: 2000 }, (_, id) => put('customers', bytes(id >> 8, id), Buffer.alloc(100, id))),
    );
    await store.close();
    await (await RocksGraphStore.open({ folder })).close();
    return folder;
  }

  async function biggestTable(folder: string): Promise<string> {
    const tables = (await readdir(folder)).filter((name) => name.endsWith('.sst'));
    const sizes = await Promise.all(tables.map(async (name) => (await readFile(join(folder, name))).length));
    return tables[sizes.indexOf(Math.max(...sizes))]!;
  }

  test('a flipped byte in a table: the read that meets it, and every commit from then on', async () => {
    const folder = await storeWithTables();
    const file = await biggestTable(folder);
    await overwrite(join(folder, file), 5000);
    const events: StoreEvent[] = [];
    const store = await RocksGraphStore.open({ folder, onEvent: (event) => events.push(event) });
    const refused = {
      code: 'STORE_CORRUPT',
      retryable: false,
      details: { folder, file },
      message: expect.stringMatching(REBUILD),
    };
    await expect(rowsOf(store, 'customers')).rejects.toMatchObject(refused);
    await expect(store.commit([put('meta', bytes(1), bytes(1))])).rejects.toMatchObject(refused);
    expect(store.health()).toMatchObject({ state: 'corrupt', lastError: refused });
    expect(events.map(({ kind }) => kind)).toEqual(['opened', 'failed']);
    await store.close();
  });

  test('a flipped byte in a table: the single row', async () => {
    const folder = await storeWithTables();
    await overwrite(join(folder, await biggestTable(folder)), 100);
    const store = await RocksGraphStore.open({ folder });
    await expect(store.get('customers', bytes(0, 0))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await store.close();
  });

  test.each([
    ['a table is missing', /\.sst$/],
    ['the manifest is missing', /^MANIFEST-/],
    ['CURRENT is missing', /^CURRENT$/],
  ])('%s', async (_, pattern) => {
    const folder = await storeWithTables();
    const file = pattern.source.includes('sst')
      ? await biggestTable(folder)
      : (await readdir(folder)).find((name) => pattern.test(name))!;
    await rm(join(folder, file));
    const before = await readdir(folder);
    for (let start = 0; start < 2; start += 1) {
      await expect(RocksGraphStore.open({ folder })).rejects.toMatchObject({
        code: 'STORE_CORRUPT',
        details: { folder, file },
        message: expect.stringMatching(REBUILD),
      });
    }
    // What a person could still rescue is not tidied away.
    const left = await readdir(folder);
    expect(before.filter((name) => name.endsWith('.sst') && !left.includes(name))).toEqual([]);
  });

  test('a damaged manifest', async () => {
    const folder = await storeWithTables();
    const manifest = (await readdir(folder)).find((name) => name.startsWith('MANIFEST-'))!;
    await overwrite(join(folder, manifest), 60);
    await expect(RocksGraphStore.open({ folder })).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  test('tables that this Thaw does not know are a matter of versions', async () => {
    const folder = join(await newFolder(), 'store');
    const { default: binding } = await import('@nxtedition/rocksdb/binding.js');
    const newer = binding.db_init(folder);
    await new Promise<void>((resolve, reject) => {
      const options = { createIfMissing: true, columns: { default: {}, forecasts: {} } };
      binding.db_open(newer, options, (error) => (error ? reject(error) : resolve()));
    });
    await new Promise<void>((resolve, reject) => {
      binding.db_close(newer, (error) => (error ? reject(error) : resolve()));
    });
    const refused = RocksGraphStore.open({ folder });
    await expect(refused).rejects.toMatchObject({ code: 'STORE_VERSION' });
    await expect(refused).rejects.toThrow('forecasts');
  });
});

async function overwrite(path: string, offset: number): Promise<void> {
  const content = await readFile(path);
  content[offset]! ^= 0xff;
  await writeFile(path, content);
}
