import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import binding from '@nxtedition/rocksdb/binding.js';
import { TABLES } from '@thaw/graph';
import { FORMAT, RocksGraphStore } from '@thaw/store';
import { testBroker } from '../support/broker.js';
import { eventStream } from '../support/event-stream.js';
import type { AnyEvent } from '../support/graph-events.js';
import { GraphFixture } from '../support/graph-fixture.js';
import { eventually, type GraphProcess } from '../support/graph-process.js';
import { LOW_LIMITS } from '../support/graph-settings.js';
import { SmallDisk } from '../support/small-disk.js';

const EXIT_RETRY = 1;
const EXIT_FATAL = 78;
const REBUILD = /Restore the folder from a backup, or delete it and start again/;
const universe = { customers: 12, products: 12, sellers: 6 };

let bootstrap: string;
let fixture: GraphFixture;
let disk: SmallDisk | undefined;
beforeAll(async () => {
  ({ bootstrap } = await testBroker());
}, 90_000);
afterEach(async () => {
  await fixture.close();
  disk?.unmount();
  disk = undefined;
});

function events(count: number, seed = 5) {
  const stream = eventStream(seed, universe);
  return Array.from({ length: count }, () => stream.next().value);
}

/** Why it is not ready, once it is not. */
async function whyNotReady(app: GraphProcess, pattern: RegExp): Promise<string> {
  return await eventually(async () => {
    const { status, checks } = await app.readiness();
    const reason = checks.find(({ reason: why }) => why !== undefined && pattern.test(why))?.reason;
    return status === 'ready' ? undefined : reason;
  }, `/readyz says ${pattern.source}`);
}

async function metric(app: GraphProcess, name: string): Promise<number> {
  const lines = (await app.metrics()).split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const canMount = SmallDisk.isPossible();
const onDisk = canMount ? describe : describe.skip;

onDisk(`a full disk${canMount ? '' : ' (skipped: this process may not mount a tmpfs)'}`, () => {
  test('stops the app from reading on; with space it goes on by itself, and nothing is lost', async () => {
    const small = (disk = SmallDisk.mount('100m'));
    fixture = await GraphFixture.create(bootstrap, 'full', { dataDir: small.folder });
    const { topics } = fixture;
    await topics.produce(events(60));
    const app = await fixture.start(LOW_LIMITS);
    expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);

    const description = 'x'.repeat(16_000);
    let number = 0;
    const bigProduct = (): AnyEvent => {
      const eventTimeMs = (number += 1);
      const product = { productId: `big${number}`, categoryId: 'a0', title: '', description, eventTimeMs };
      return { kind: 'product', event: { ...product, status: 'active' } };
    };
    // RocksDB has space of its own, reserved for its log: the events must be large enough to use that up as well.
    await eventually(async () => {
      await small.fill();
      await topics.produce(Array.from({ length: 50 }, bigProduct));
      return (await metric(app, 'thaw_graph_commit_failures_total')) >= 3 || undefined;
    }, 'commits fail, again and again');
    expect(await whyNotReady(app, /disk is full/)).toContain('free some space');
    await topics.produce(events(100, 6));
    await eventually(async () => (await metric(app, 'thaw_graph_lag_records')) > 0 || undefined, 'the lag grows');
    expect(app.hasExited).toBe(false);

    await small.free();
    await eventually(async () => (await app.readiness()).status === 'ready' || undefined, 'it is ready again');
    expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);
    await app.kill('SIGTERM');
    const again = await fixture.start(LOW_LIMITS);
    expect(await fixture.differences(again, LOW_LIMITS)).toEqual([]);
  }, 240_000);
});

describe('a store that cannot be used', () => {
  test('damaged: the process stays, not ready, and says what to do', async () => {
    fixture = await GraphFixture.create(bootstrap, 'corrupt');
    await fixture.topics.produce(events(100));
    const app = await fixture.start(LOW_LIMITS);
    await fixture.readAll(app);
    await app.kill('SIGTERM');
    // Opening moves the rows from the log into tables.
    await (await RocksGraphStore.open({ folder: fixture.storeFolder })).close();
    const tables = (await readdir(fixture.storeFolder)).filter((name) => name.endsWith('.sst'));
    expect(tables).not.toEqual([]);
    for (const name of tables) await flipByte(join(fixture.storeFolder, name), 20);

    const damaged = await fixture.start(LOW_LIMITS);
    expect(await whyNotReady(damaged, /damaged/)).toMatch(REBUILD);
    expect(damaged.log).toContain('"code":"STORE_CORRUPT"');
    await expect(damaged.readGraph()).rejects.toThrow(REBUILD);
    await damaged.liveness();
    expect(damaged.hasExited).toBe(false);
  });

  test('held by another process: the second one says by which, and ends', async () => {
    fixture = await GraphFixture.create(bootstrap, 'locked');
    await fixture.topics.produce(events(60));
    const first = await fixture.start(LOW_LIMITS);
    await fixture.readAll(first);
    const second = fixture.spawn(LOW_LIMITS);
    await second.exited;
    expect(second.exitCode).toBe(EXIT_RETRY);
    expect(second.log).toContain('"code":"STORE_LOCKED"');
    expect(second.log).toContain(`is held by process ${first.pid}`);
    expect(await fixture.differences(first, LOW_LIMITS)).toEqual([]);
  });

  test('in the format of a newer version: refused before anything is written', async () => {
    fixture = await GraphFixture.create(bootstrap, 'newer');
    await (await RocksGraphStore.open({ folder: fixture.storeFolder })).close();
    await writeFormat(fixture.storeFolder, FORMAT + 1);
    const app = fixture.spawn(LOW_LIMITS);
    await app.exited;
    expect(app.exitCode).toBe(EXIT_FATAL);
    expect(app.log).toContain('"code":"STORE_VERSION"');
    expect(app.log).toContain(`is in format ${FORMAT + 1}, a newer one`);
  });
});

test('/livez answers while a burst is taken in', async () => {
  fixture = await GraphFixture.create(bootstrap, 'burst');
  const app = await fixture.start(LOW_LIMITS);
  const burst = events(20_000);
  const produced = fixture.topics.produce(burst);
  const latencies: number[] = [];
  const ready = fixture.readAll(app).then(() => true);
  for (let isRead = false; !isRead; isRead = await Promise.race([ready, Promise.resolve(false)])) {
    latencies.push(await app.liveness());
  }
  await produced;
  const sorted = latencies.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)]!;
  process.stdout.write(`/livez during a burst: p99 ${p99.toFixed(1)} ms of ${sorted.length} answers\n`);
  expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);
});

async function flipByte(path: string, offset: number): Promise<void> {
  const content = await readFile(path);
  content[offset]! ^= 0xff;
  await writeFile(path, content);
}

/** Marks a store as one of another version, which the store itself offers no way to do. */
async function writeFormat(folder: string, format: number): Promise<void> {
  const database = binding.db_init(folder);
  const families = Object.fromEntries([...TABLES, 'default'].map((name) => [name, {}]));
  const columns = await new Promise<Parameters<Parameters<typeof binding.db_open>[2]>[1]>((resolve, reject) => {
    binding.db_open(database, { columns: families, walCompression: false }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    );
  });
  const value = Buffer.alloc(4);
  value.writeUInt32BE(format);
  const batch = binding.batch_init();
  binding.batch_put(batch, Buffer.from('format'), value, { column: columns['default']! });
  binding.batch_write(database, batch, { sync: true });
  await new Promise<void>((resolve, reject) => {
    binding.db_close(database, (error) => (error ? reject(error) : resolve()));
  });
}
