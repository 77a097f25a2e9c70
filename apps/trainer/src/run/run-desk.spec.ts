import { describe, expect, test } from '@jest/globals';
import { operator, ThawError } from '@thaw/contracts';
import { createLogger } from '@thaw/platform';
import { until } from '../../../../test/support/until.js';
import type { Run } from './run.js';
import { RunDesk, type RunDeskOptions, type RunEnd } from './run-desk.js';

const { RunState } = operator;
const PUBLISHED: RunEnd = { state: RunState.PUBLISHED, version: 'v000001', message: 'good' };

function deskOf(perform: RunDeskOptions['perform'], attempts = 3) {
  /** Ids of those that are to be started again, as they were kept each time. */
  const remembered: string[][] = [];
  const failures: string[] = [];
  const ended: Run[] = [];
  const desk = new RunDesk({
    perform,
    attempts,
    logger: createLogger({ level: 'silent', format: 'json' }),
    onFailedAttempt: (_, { code }) => failures.push(code),
    onEnd: (run) => ended.push(run),
    remember: (runs) => remembered.push(runs.filter((run) => !run.isOver).map(({ runId }) => runId)),
  });
  return { desk, remembered, failures, ended };
}

/** A run that goes on until somebody cancels it. */
const untilCancelled = (run: Run): Promise<RunEnd> =>
  new Promise((_, reject) => run.cancelled.signal.addEventListener('abort', () => reject(new Error('aborted'))));

/** Resolves when the run has ended. */
const over = (run: Run) => until(() => run.isOver);

describe('runs', () => {
  test('are done one at a time, in their order', async () => {
    let active = 0;
    let most = 0;
    const order: string[] = [];
    const { desk } = deskOf(async ({ reason }) => {
      most = Math.max(most, ++active);
      order.push(reason);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return PUBLISHED;
    });
    const runs = ['a', 'b', 'c'].map((reason) => desk.start('full', reason));
    expect(runs.map(({ state }) => state)).toEqual([RunState.QUEUED, RunState.QUEUED, RunState.QUEUED]);
    for (const run of runs) await over(run);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(most).toBe(1);
    expect(runs[2]).toMatchObject({ state: RunState.PUBLISHED, version: 'v000001', progress: 1 });
    expect(desk.current).toBeUndefined();
  });

  test('that crash are tried again, and counted', async () => {
    let tries = 0;
    const { desk, failures, remembered } = deskOf(() => {
      tries++;
      return tries === 1 ? Promise.reject(new ThawError('RUN_CRASHED', 'killed')) : Promise.resolve(PUBLISHED);
    });
    const run = desk.start('fine-tune', 'x');
    await over(run);
    expect(run.state).toBe(RunState.PUBLISHED);
    expect(failures).toEqual(['RUN_CRASHED']);
    expect(remembered).toEqual([[run.runId], [run.runId], []]);
  });

  test('that can only end the same way again are tried once', async () => {
    const { desk, failures } = deskOf(() => Promise.reject(new ThawError('MODEL_TOO_LITTLE_DATA', 'nothing yet')));
    const run = desk.start('full', 'x');
    await over(run);
    expect(run).toMatchObject({ state: RunState.FAILED, message: 'nothing yet' });
    expect(failures).toEqual(['MODEL_TOO_LITTLE_DATA']);
  });

  test('fail for good after so many attempts', async () => {
    const { desk, failures } = deskOf(() => Promise.reject(new ThawError('RUN_HUNG', 'silence')), 1);
    const run = desk.start('full', 'x');
    await over(run);
    expect([run.state, failures.length]).toEqual([RunState.FAILED, 1]);
  });

  test('can be cancelled, at once while they wait', async () => {
    const { desk, ended } = deskOf(untilCancelled);
    const [first, second] = [desk.start('full', 'a'), desk.start('full', 'b')];
    await until(() => first.state === RunState.RUNNING);
    expect(desk.waiting).toBe(1);
    expect(await desk.cancel(second.runId)).toBe(RunState.CANCELLED);
    expect([first.state, second.startedAtMs]).toEqual([RunState.RUNNING, undefined]);
    expect(await desk.cancel(first.runId)).toBe(RunState.CANCELLED);
    expect(ended).toEqual([second, first]);
    expect(await desk.cancel(first.runId)).toBe(RunState.CANCELLED);
    await expect(desk.cancel('none')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });

  test('that are cancelled too late tell what they came to', async () => {
    const { desk } = deskOf(() => Promise.resolve(PUBLISHED));
    const run = desk.start('full', 'a');
    await over(run);
    expect(await desk.cancel(run.runId)).toBe(RunState.PUBLISHED);
  });

  test('of a trainer before go on in their order, and those that ended are known', async () => {
    const order: string[] = [];
    const { desk } = deskOf(({ runId }) => {
      order.push(runId);
      return Promise.resolve(PUBLISHED);
    });
    const request = (runId: string) => ({
      runId,
      kind: 'full' as const,
      reason: 'x',
      requestedBy: 'ann',
      requestedAtMs: 1,
    });
    desk.restore([
      { request: request('done'), end: { state: RunState.REJECTED, message: 'worse', endedAtMs: 5 } },
      { request: request('first'), end: undefined },
      { request: request('second'), end: undefined },
    ]);
    await over(desk.find('second'));
    expect(order).toEqual(['first', 'second']);
    expect(desk.list(3).map(({ runId, state }) => [runId, state])).toEqual([
      ['second', RunState.PUBLISHED],
      ['first', RunState.PUBLISHED],
      ['done', RunState.REJECTED],
    ]);
  });

  test('cut off by a shutdown are remembered, to be started again', async () => {
    const { desk, remembered } = deskOf(untilCancelled);
    const run = desk.start('full', 'a');
    await until(() => run.state === RunState.RUNNING);
    await desk.close();
    expect(remembered.at(-1)).toEqual([run.runId]);
    expect(() => desk.start('full', 'late')).toThrow('shutting down');
  });

  test('wait in a queue that has an end', async () => {
    const { desk } = deskOf(untilCancelled);
    for (let i = 0; i < 8; i++) desk.start('full', String(i));
    expect(() => desk.start('full', 'one more')).toThrow(expect.objectContaining({ code: 'RUN_QUEUE_FULL' }));
    await desk.close();
  });

  test('that nobody knows are told', () => {
    const { desk } = deskOf(() => Promise.resolve(PUBLISHED));
    expect(() => desk.find('none')).toThrow(expect.objectContaining({ code: 'RUN_UNKNOWN' }));
    expect(desk.list(10)).toEqual([]);
  });
});
