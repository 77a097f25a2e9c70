import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bytes, graphStoreContract, put, rowsOf } from './contract.js';
import { RocksGraphStore, type StoreEvent } from './rocks-graph-store.js';
import { temporaryFolders } from './temporary-folder.js';

const newFolder = temporaryFolders();

graphStoreContract('the store on RocksDB', async () => {
  const folder = await newFolder();
  let store = await RocksGraphStore.open({ folder });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await RocksGraphStore.open({ folder });
      return store;
    },
    dispose: () => store.close(),
  };
});

test('makes its folder, and says whether the store is fresh', async () => {
  const folder = join(await newFolder(), 'a', 'b');
  const events: StoreEvent[] = [];
  for (let i = 0; i < 2; i += 1) {
    const store = await RocksGraphStore.open({ folder, onEvent: (event) => events.push(event) });
    expect(store.health()).toEqual({ state: 'open', backgroundErrors: 0, recoveries: 0, lastError: undefined });
    await store.close();
    expect(store.health().state).toBe('closed');
  }
  expect(events).toEqual([
    { kind: 'opened', folder, fresh: true },
    { kind: 'opened', folder, fresh: false },
  ]);
});

test('a second opening of the folder is refused with the process that holds it', async () => {
  const folder = await newFolder();
  const store = await RocksGraphStore.open({ folder });
  const refused = RocksGraphStore.open({ folder });
  await expect(refused).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { folder, pid: process.pid } });
  await expect(refused).rejects.toThrow(`process ${process.pid}`);
  await store.close();
  await (await RocksGraphStore.open({ folder })).close();
});

test('works in a worker thread, also one that ends without closing it', async () => {
  const folder = await newFolder();
  const program = new URL('../test/store-in-worker.mjs', import.meta.url);
  for (const close of [true, false]) {
    const worker = new Worker(program, { workerData: { folder, close } });
    const code = await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
    expect(code).toBe(0);
  }
  const store = await RocksGraphStore.open({ folder });
  expect(await rowsOf(store, 'meta')).toHaveLength(2);
  await store.commit([put('meta', bytes(9), bytes(9))]);
  await store.close();
});
