import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../logging/index.js';
import { Shutdown } from './shutdown.js';

const logger = createLogger({ level: 'silent', format: 'json', write: () => undefined });
const fresh = (budgetMs = 60_000) => new Shutdown({ budgetMs, logger });

describe('a shutdown', () => {
  test('closes the last opened first, one after the other', async () => {
    const shutdown = fresh();
    const order: string[] = [];
    for (const name of ['store', 'consumer', 'http']) {
      shutdown.add(name, async () => {
        await Promise.resolve();
        order.push(name);
      });
    }
    const report = await shutdown.run('SIGTERM');
    expect(order).toEqual(['http', 'consumer', 'store']);
    expect(report).toMatchObject({ reason: 'SIGTERM', clean: true });
  });

  test('runs once, however often it is asked for', async () => {
    const shutdown = fresh();
    let runs = 0;
    shutdown.add('store', () => {
      runs++;
    });
    const [first, second] = await Promise.all([shutdown.run('SIGINT'), shutdown.run('SIGTERM')]);
    expect(runs).toBe(1);
    expect(second).toBe(first);
  });

  test('goes on after a step that fails', async () => {
    const shutdown = fresh();
    shutdown.add('store', () => undefined);
    shutdown.add('consumer', () => Promise.reject(new Error('no')));
    expect(await shutdown.run('SIGTERM')).toMatchObject({
      clean: false,
      steps: [
        { name: 'consumer', outcome: 'failed' },
        { name: 'store', outcome: 'done' },
      ],
    });
  });

  test('tells a step that the budget is used up, and skips the rest', async () => {
    const shutdown = fresh(5);
    let told = false;
    shutdown.add('store', () => undefined);
    shutdown.add('consumer', (signal) => {
      signal.addEventListener('abort', () => (told = true));
      return new Promise(() => undefined);
    });
    expect((await shutdown.run('SIGTERM')).steps).toEqual([
      { name: 'consumer', outcome: 'late' },
      { name: 'store', outcome: 'skipped' },
    ]);
    expect(told).toBe(true);
  });

  test('aborts its signal before the first step', async () => {
    const shutdown = fresh();
    let aborted = false;
    shutdown.add('loop', () => {
      aborted = shutdown.signal.aborted;
    });
    await shutdown.run('SIGTERM');
    expect(aborted).toBe(true);
  });
});
