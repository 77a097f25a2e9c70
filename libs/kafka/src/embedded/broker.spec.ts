import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testBroker, testCacheDir } from '../../../../test/support/broker.js';
import { until } from '../../../../test/support/until.js';
import { createKafka } from '../kafkajs/kafka.js';
import type { Kafka, SinkRecord } from '../port.js';
import { type EmbeddedBroker, startEmbeddedBroker } from './broker.js';
import { DataDir } from './data-dir.js';
import { identify, isAlive, type ProcessIdentity, readIdentity } from './identity.js';

const ignore = (): undefined => undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-embedded-'));
  await testBroker(); // its start fills the cache with jars
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (name: string, port?: number): Promise<EmbeddedBroker> =>
  startEmbeddedBroker({
    dataDir: join(folder, name),
    cacheDir: testCacheDir(),
    log: ignore,
    ...(port !== undefined && { port }),
  });

const connect = (bootstrap: string): Kafka => createKafka({ brokers: [bootstrap], clientId: 'broker-spec' }, ignore);

describe('embedded broker', () => {
  test('killed and restarted while producing and consuming, loses and duplicates nothing', async () => {
    const total = 3000;
    const partitions = 3;
    const topic = 'numbers';
    const record = (i: number): SinkRecord => ({ partition: i % partitions, key: null, value: Buffer.from(String(i)) });
    let broker = await start('crash');
    const kafka = connect(broker.bootstrap);
    try {
      await kafka.ensureTopics([{ name: topic, partitions }]);
      const seen: number[] = [];
      const next = new Map<number, number>();
      const source = await kafka.source({
        name: 'crash',
        topics: [topic],
        startOffset: (_, partition) => next.get(partition) ?? 0,
        handler: ({ partition, records, nextOffset, redelivered }) => {
          if (!redelivered) seen.push(...records.map(({ value }) => Number(String(value))));
          next.set(partition, nextOffset);
          return Promise.resolve();
        },
      });
      const sink = await kafka.sink();
      const sends: Promise<void>[] = [];
      const produce = async (from: number, to: number): Promise<void> => {
        for (let i = from; i < to; i += 10) {
          sends.push(
            sink.send(
              topic,
              Array.from({ length: 10 }, (_, k) => record(i + k)),
            ),
          );
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await produce(0, 1000);
      await until(() => seen.length > 100);
      const producing = produce(1000, 2000);
      await broker.kill();
      await producing;
      broker = await start('crash');
      await produce(2000, total);
      await Promise.all(sends);
      await until(() => seen.length >= total);
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
      for (let partition = 0; partition < partitions; partition++) {
        const ofPartition = seen.filter((i) => i % partitions === partition);
        expect(ofPartition).toEqual(ofPartition.toSorted((a, b) => a - b));
      }
      const ends = await kafka.offsets(topic);
      expect(ends.reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(total);
      await Promise.all([source.close(), sink.close()]);
    } finally {
      await kafka.close();
      await broker.kill();
    }
  }, 120_000);

  test('keeps address, cluster and records over a clean restart; runs beside others, but not on one data directory', async () => {
    const other = await testBroker();
    const first = await start('kept');
    expect(first.bootstrap).not.toBe(other.bootstrap);
    const before = connect(first.bootstrap);
    await before.ensureTopics([{ name: 'kept', partitions: 1 }]);
    const sink = await before.sink();
    await sink.send('kept', [{ partition: 0, key: null, value: Buffer.from('still here') }]);
    await sink.close();
    await before.close();
    const refused = { code: 'BROKER_DATA_LOCKED', details: { pid: process.pid } };
    await expect(start('kept')).rejects.toMatchObject(refused);
    await first.stop();
    expect(await first.exited).toBeDefined();

    const second = await start('kept');
    expect(second).toMatchObject({ bootstrap: first.bootstrap, clusterId: first.clusterId });
    const after = connect(second.bootstrap);
    expect(String((await after.tailRecord('kept', 0))?.value)).toBe('still here');
    await after.close();
    await second.kill();
  }, 120_000);

  test('names the port when another process listens on it', async () => {
    const foreign = createServer();
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { port } = foreign.address() as AddressInfo;
    const starting = start('foreign', port);
    await expect(starting).rejects.toMatchObject({ code: 'BROKER_PORT_TAKEN' });
    await expect(starting).rejects.toThrow(String(port));
    foreign.close();
  });

  test.each([
    ['by the kernel', true],
    ['by the watchdog', false],
  ])('dies with a parent that is killed: %s', async (_, withSetpriv) => {
    const parent = await startInChild(withSetpriv);
    const broker = await parent.broker;
    expect(await isAlive(broker)).toBe(true);
    parent.process.kill('SIGKILL');
    await until(async () => !(await isAlive(broker)));
  });

  test('stops what an earlier run has left behind', async () => {
    const dataDir = join(folder, 'orphaned');
    await mkdir(dataDir);
    const orphan = spawn('sleep', ['1000']);
    await writeFile(join(dataDir, 'broker.pid'), JSON.stringify(await identify(orphan.pid!)));
    const ended = new Promise<string | null>((resolve) => orphan.once('exit', (_, signal) => resolve(signal)));
    const opened = await DataDir.open(dataDir, ignore);
    expect(await ended).toBe('SIGKILL');
    await opened.release();
  });

  test('that ends before it is ready says why', async () => {
    const java = await fakeJava('failing', 'echo "no space left" >&2; exit 3');
    const starting = startEmbeddedBroker({
      dataDir: join(folder, 'failing'),
      cacheDir: testCacheDir(),
      java,
      log: ignore,
    });
    await expect(starting).rejects.toMatchObject({ code: 'BROKER_START_FAILED' });
    await expect(starting).rejects.toThrow(/exit code 3.*no space left/s);
  });
});

/** A java that is new enough, formats nothing and runs a shell command for the broker. */
async function fakeJava(name: string, broker: string): Promise<string> {
  const path = join(folder, name, 'bin', 'java');
  await mkdir(dirname(path), { recursive: true });
  const script = `#!/bin/sh
case "$*" in
  -version) echo 'openjdk version "17.0.1"' >&2 ;;
  *StorageTool*) ;;
  *) ${broker} ;;
esac
`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

/** Starts a broker that never gets ready in a process of its own. Without setpriv, its PATH is empty. */
async function startInChild(
  withSetpriv: boolean,
): Promise<{ process: ChildProcess; broker: Promise<ProcessIdentity> }> {
  const name = `parent-${withSetpriv}`;
  const java = await fakeJava(name, 'exec /bin/sleep 1000');
  const dataDir = join(folder, name);
  const index = new URL('../../dist/index.js', import.meta.url).href;
  const options = JSON.stringify({ dataDir, java, cacheDir: testCacheDir() });
  const script = `
    const { startEmbeddedBroker } = await import(${JSON.stringify(index)});
    await startEmbeddedBroker({ ...${options}, log: () => undefined });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...(!withSetpriv && { PATH: '' }) },
    stdio: 'inherit',
  });
  const started = async (): Promise<ProcessIdentity> => {
    let broker: ProcessIdentity | undefined;
    await until(async () => (broker = await readIdentity(join(dataDir, 'broker.pid'))) !== undefined);
    return broker!;
  };
  return { process: child, broker: started() };
}
