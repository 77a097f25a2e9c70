import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../logging/index.js';
import { isAlive, runScript } from '../testing/scripts.js';
import { backoffMs } from './backoff.js';
import { Supervisor } from './supervisor.js';

const logger = createLogger({ level: 'silent', format: 'json', write: () => undefined });
const opened: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((supervisor) => supervisor.stop(AbortSignal.abort())));
});

/** A supervisor that keeps what its children write; `until` resolves when that satisfies the predicate. */
function supervise() {
  const lines: string[] = [];
  let check: () => void = () => undefined;
  const supervisor = new Supervisor({
    logger,
    random: () => 0,
    firstDelayMs: 10,
    maxDelayMs: 20,
    onLine: (name, line) => {
      lines.push(`${name}: ${line}`);
      check();
    },
  });
  opened.push(supervisor);
  const until = (predicate: (lines: readonly string[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (predicate(lines)) resolve();
      };
      check();
    });
  const start = (name: string, source: string) =>
    supervisor.start({ name, command: process.execPath, args: ['--eval', source], env: { PATH: process.env['PATH'] } });
  return { supervisor, lines, until, start };
}

const STAYS = "process.stdin.on('close', () => process.exit(0)).resume(); setInterval(() => {}, 1000);";

describe('a supervisor', () => {
  test('starts a child again when it ends, and says how it ended', async () => {
    const { supervisor, lines, until, start } = supervise();
    start('graph', "console.log('up'); process.exit(7)");
    await until((seen) => seen.length >= 3);
    expect(new Set(lines)).toEqual(new Set(['graph: up']));
    const [status] = supervisor.statuses();
    expect(status).toMatchObject({ name: 'graph', lastExit: 'exit code 7' });
    expect(status?.restarts).toBeGreaterThanOrEqual(2);
  });

  test('does not start a child again that says that a person is needed', async () => {
    const { supervisor, start } = supervise();
    start('graph', 'process.exit(78)');
    while (supervisor.statuses()[0]?.state === 'running') await new Promise((resolve) => setImmediate(resolve));
    expect(supervisor.statuses()).toEqual([expect.objectContaining({ state: 'failed', restarts: 0 })]);
  });

  test('stops the last started first, and reports no process afterwards', async () => {
    const { supervisor, lines, until, start } = supervise();
    const farewell = "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });";
    start('graph', `${farewell} console.log('up'); setInterval(() => {}, 1000)`);
    start('trainer', `${farewell} console.log('up'); setInterval(() => {}, 1000)`);
    await until((seen) => seen.filter((line) => line.endsWith('up')).length === 2);
    await supervisor.stop(new AbortController().signal);
    expect(lines.slice(2)).toEqual(['trainer: bye', 'graph: bye']);
    expect(supervisor.statuses()).toEqual([
      expect.objectContaining({ state: 'stopped', pid: undefined, restarts: 0 }),
      expect.objectContaining({ state: 'stopped', pid: undefined, restarts: 0 }),
    ]);
  });

  test('kills a child that does not listen when the time is up', async () => {
    const { supervisor, until, start } = supervise();
    start('deaf', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)");
    await until((seen) => seen.length === 1);
    const timeUp = new AbortController();
    const stopped = supervisor.stop(timeUp.signal);
    timeUp.abort();
    await stopped;
    expect(supervisor.statuses()).toEqual([expect.objectContaining({ state: 'stopped', lastExit: 'SIGKILL' })]);
  });

  test('stops while it waits to start a child again', async () => {
    const { supervisor, start } = supervise();
    start('missing', 'process.exit(1)');
    await supervisor.stop(new AbortController().signal);
    expect(supervisor.statuses()).toEqual([expect.objectContaining({ state: 'stopped' })]);
  });

  test('leaves nothing behind when it is killed itself', async () => {
    const parent = runScript(`
      import { createLogger } from './dist/logging/index.js';
      import { Supervisor } from './dist/supervisor/index.js';
      const logger = createLogger({ level: 'info', format: 'json' });
      const supervisor = new Supervisor({ logger, random: Math.random, onLine: (_, line) => console.log(line) });
      const source = ${JSON.stringify(`console.log('child ' + process.pid); ${STAYS}`)};
      supervisor.start({ name: 'graph', command: process.execPath, args: ['--eval', source], env: process.env });
    `);
    const pid = Number((await parent.line(/^child \d+$/)).slice('child '.length));
    expect(isAlive(pid)).toBe(true);
    parent.process.kill('SIGKILL');
    expect(await parent.ended).toBe('SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  });
});

test('the delay doubles up to its cap, and is spread over its upper half', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.nat(100), random, (attempt, value) => {
      const ceiling = Math.min(30_000, 500 * 2 ** attempt);
      const ms = backoffMs(attempt, { firstMs: 500, maxMs: 30_000, random: () => value });
      expect(ms).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
      expect(ms).toBeLessThanOrEqual(ceiling);
    }),
  );
});
