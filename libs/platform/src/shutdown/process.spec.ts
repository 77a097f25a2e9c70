import { describe, expect, test } from '@jest/globals';
import { runScript } from '../testing/scripts.js';

const IMPORTS = `
  import { createLogger } from './dist/logging/index.js';
  import { Shutdown, shutDownWithProcess } from './dist/shutdown/index.js';
`;

/** A process whose only step to close takes `step`, JavaScript. */
const service = (step: string, supervised = false) =>
  runScript(`
    ${IMPORTS}
    const logger = createLogger({ level: 'info', format: 'json' });
    const shutdown = new Shutdown({ budgetMs: 60_000, logger });
    shutdown.add('store', () => { console.log('closing'); ${step} });
    shutDownWithProcess({ shutdown, logger, supervised: ${supervised} });
    setInterval(() => {}, 1000);
    console.log('up');
  `);
const NEVER = 'return new Promise(() => {});';

describe('a process', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('closes and exits with 0 on %s', async (signal) => {
    const { process, line, ended } = service('');
    await line(/^up$/);
    process.kill(signal);
    await line(/^closing$/);
    expect(await ended).toBe(0);
  });

  test('exits with 1 when a step fails', async () => {
    const { process, line, ended } = service("throw new Error('no');");
    await line(/^up$/);
    process.kill('SIGTERM');
    expect(await ended).toBe(1);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves at once on a second signal, %s: %i', async (signal, code) => {
    const { process, line, ended } = service(NEVER);
    await line(/^up$/);
    process.kill('SIGTERM');
    await line(/^closing$/);
    process.kill(signal);
    expect(await ended).toBe(code);
  });

  test('closes when its supervisor is gone', async () => {
    const { process, line, ended } = service('', true);
    await line(/^up$/);
    process.stdin?.end();
    await line(/the supervisor is gone/);
    expect(await ended).toBe(0);
  });

  test('takes the end of its input and one signal for one request', async () => {
    const { process, line, ended } = service('return new Promise((resolve) => setTimeout(resolve, 200));', true);
    await line(/^up$/);
    process.stdin?.end();
    await line(/^closing$/);
    process.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('closes when nobody reads what it says any more', async () => {
    const { process, line, ended } = service(
      "}); setInterval(() => console.log('tick'), 10); shutdown.add('index', () => {",
    );
    await line(/^tick$/);
    process.stdout?.destroy();
    expect(await ended).toBe(0);
  });

  test('closes and exits with 1 on an error that nobody caught', async () => {
    const { process, line, ended } = runScript(`
      ${IMPORTS}
      const logger = createLogger({ level: 'info', format: 'json' });
      const shutdown = new Shutdown({ budgetMs: 60_000, logger });
      shutdown.add('store', () => console.log('closing'));
      shutDownWithProcess({ shutdown, logger, supervised: false });
      process.once('SIGUSR2', () => { throw new Error('defect'); });
      setInterval(() => {}, 1000);
      console.log('up');
    `);
    await line(/^up$/);
    process.kill('SIGUSR2');
    await line(/defect/);
    await line(/^closing$/);
    expect(await ended).toBe(1);
  });
});
