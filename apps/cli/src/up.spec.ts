import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { testBroker, uniqueTopic } from '../../../test/support/broker.js';
import { findRunning, removeRunning, writeRunning } from './session/running.js';
import { scratchFolder, startThaw, thaw } from './testing/thaw.js';
import { choosePort } from './up/ports.js';

/** Processes whose environment names this data directory: all that a `thaw up` on it has started. */
function processesOf(dataDir: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dataDir);
      } catch {
        return false; // It ended between the two looks.
      }
    });
}

/** Starts `thaw up` on the broker of the tests, and resolves when it says what it runs. */
async function up(dataDir: string, bootstrap: string) {
  const settings = {
    KAFKA_BROKERS: bootstrap,
    THAW_TOPIC_PREFIX: `${uniqueTopic('up')}.`,
    THAW_DATA_DIR: dataDir,
    THAW_GRAPH_HTTP_PORT: '0',
    THAW_GRAPH_GRPC_PORT: '0',
  };
  const run = startThaw(['up', '--rate', '500', '--output', 'json'], settings);
  const said = new Promise<string>((resolve) => run.process.stdout?.once('data', (data) => resolve(String(data))));
  const first = await Promise.race([said, run.ended.then(({ err }) => Promise.reject(new Error(err)))]);
  return { run, settings, report: JSON.parse(first) as Record<string, unknown> };
}

describe('thaw up', () => {
  test('runs everything, is found by other commands, and leaves nothing behind at Ctrl-C', async () => {
    const { bootstrap } = await testBroker();
    const folder = await scratchFolder();
    const { run, settings, report } = await up(folder.path, bootstrap);
    expect(report).toMatchObject({ brokers: [bootstrap], dataDir: folder.path });
    const beside = { ...settings, KAFKA_BROKERS: '' };
    const interactions = async () => {
      const { out } = await thaw(['topics', '--output', 'json'], beside);
      const { topics } = JSON.parse(out) as { topics: { name: string; records: number }[] };
      return topics.find(({ name }) => name.endsWith('.interactions'))?.records ?? 0;
    };
    while ((await interactions()) === 0);
    run.process.kill('SIGINT');
    expect((await run.ended).exit).toBe(0);
    expect(processesOf(folder.path)).toEqual([]);
    expect(findRunning(folder.path)).toBeUndefined();
    await folder.remove();
  }, 180_000);

  test('leaves nothing behind when it is killed', async () => {
    const { bootstrap } = await testBroker();
    const folder = await scratchFolder();
    const { run } = await up(folder.path, bootstrap);
    run.process.kill('SIGKILL');
    expect((await run.ended).exit).toBe('SIGKILL');
    while (processesOf(folder.path).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(findRunning(folder.path)).toBeUndefined();
    await folder.remove();
  }, 180_000);
});

test('what runs is found while its process lives', async () => {
  const folder = await scratchFolder();
  expect(findRunning(folder.path)).toBeUndefined();
  const running = { pid: process.pid, startedAtMs: 1, brokers: ['127.0.0.1:9092'], apps: [] };
  writeRunning(folder.path, running);
  expect(findRunning(folder.path)).toEqual(running);
  writeRunning(folder.path, { ...running, pid: 2 ** 30 });
  expect(findRunning(folder.path)).toBeUndefined();
  removeRunning(folder.path);
  expect(existsSync(join(folder.path, 'running.json'))).toBe(false);
  await folder.remove();
});

test('a port that is taken moves only where nobody chose it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const notes: string[] = [];
  const choice = { host: '127.0.0.1', port, setting: 'THAW_GRAPH_HTTP_PORT', note: (line: string) => notes.push(line) };
  await expect(choosePort({ ...choice, mayMove: false })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  const moved = await choosePort({ ...choice, mayMove: true });
  expect(moved).not.toBe(port);
  expect(notes).toEqual([expect.stringContaining(`THAW_GRAPH_HTTP_PORT is ${moved}`)]);
  await new Promise((resolve) => server.close(resolve));
});
