import { expect, test } from '@jest/globals';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { rowsOf } from './contract.js';
import { RocksGraphStore } from './rocks-graph-store.js';
import { temporaryFolders } from './temporary-folder.js';

const newFolder = temporaryFolders();
const KILLS = 20;
const CUSTOMERS = 300;
const PROGRAM = fileURLToPath(new URL('../test/commit-batches.mjs', import.meta.url));

const u32 = (value: Uint8Array, offset = 0): number => Buffer.from(value).readUInt32BE(offset);

/** Starts a process that commits batches from `first` on until it is killed. */
const commitFrom = (folder: string, first: number): ChildProcessByStdio<null, Readable, null> =>
  spawn(process.execPath, [PROGRAM, folder, String(first), String(CUSTOMERS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Runs the committing process from batch `first` on, kills it, and returns the last batch that it said was acknowledged. */
async function commitUntilKilled(folder: string, first: number, kill: number): Promise<number> {
  const child = commitFrom(folder, first);
  const exited = once(child, 'exit');
  let last = first - 1;
  let killing = false;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    // Some acknowledgements in, then after 0 to 6 ms: anywhere in a batch, in its log record or in its sync.
    if (!killing && last >= first + (kill % 4)) {
      killing = true;
      setTimeout(() => child.kill('SIGKILL'), (kill * 7919) % 7);
    }
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return last;
}

/** The last batch in the store, after checking that it and all before it are whole and nothing of another is there. */
async function wholeBatches(folder: string): Promise<number> {
  const store = await RocksGraphStore.open({ folder });
  try {
    const last = u32((await rowsOf(store, 'meta'))[0]!.value);
    const upTo = (from: number): number[] => Array.from({ length: last - from + 1 }, (_, i) => from + i);
    expect((await rowsOf(store, 'listings')).map(({ value }) => u32(value))).toEqual(upTo(0));
    expect((await rowsOf(store, 'outbox')).map(({ value }) => u32(value))).toEqual(upTo(Math.max(0, last - 9)));
    const stamps = (await rowsOf(store, 'customers')).map(({ value }) => [u32(value), u32(value, 596)]);
    expect(stamps).toEqual(Array.from({ length: CUSTOMERS }, () => [last, last]));
    return last;
  } finally {
    await store.close();
  }
}

test(`after each of ${KILLS} kill -9 every acknowledged batch is whole and no batch is partial`, async () => {
  const folder = await newFolder();
  let next = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const acknowledged = await commitUntilKilled(folder, next, kill);
    const found = await wholeBatches(folder);
    expect(found).toBeGreaterThanOrEqual(acknowledged);
    // At most the one that was under way when the kill came.
    expect(found).toBeLessThanOrEqual(acknowledged + 1);
    next = found + 1;
  }
}, 120_000);

test('a folder that another process holds is refused with the number of that process', async () => {
  const folder = await newFolder();
  const child = commitFrom(folder, 0);
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const refused = RocksGraphStore.open({ folder });
  await expect(refused).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { folder, pid: child.pid } });
  child.kill('SIGKILL');
  await exited;
  await (await RocksGraphStore.open({ folder })).close();
});
