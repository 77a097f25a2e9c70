import { expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import { bytes, graphStoreContract, put, rowsOf } from './contract.js';
import { MemoryGraphStore } from './memory-graph-store.js';

graphStoreContract('the store in memory', () => {
  let store = MemoryGraphStore.create();
  return Promise.resolve({
    store,
    reopen: async () => {
      const kept = store.snapshot();
      await store.close();
      store = MemoryGraphStore.restore(kept);
      return store;
    },
    dispose: () => store.close(),
  });
});

test('a commit that is told to fail writes nothing, and the next one succeeds', async () => {
  const store = MemoryGraphStore.create();
  store.failNextCommit(new ThawError('STORE_UNAVAILABLE', 'The disk is full.'));
  await expect(store.commit([put('meta', bytes(1), bytes(1))])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await rowsOf(store, 'meta')).toEqual([]);
  await store.commit([put('meta', bytes(1), bytes(1))]);
  expect(await rowsOf(store, 'meta')).toHaveLength(1);
});

test('a snapshot holds what was committed before it and can be restored more than once', async () => {
  const store = MemoryGraphStore.create();
  await store.commit([put('meta', bytes(1), bytes(1))]);
  const crash = store.snapshot();
  await store.commit([put('meta', bytes(2), bytes(2))]);
  const first = MemoryGraphStore.restore(crash);
  await first.commit([put('meta', bytes(3), bytes(3))]);
  expect(await rowsOf(first, 'meta')).toHaveLength(2);
  expect(await rowsOf(MemoryGraphStore.restore(crash), 'meta')).toHaveLength(1);
});
