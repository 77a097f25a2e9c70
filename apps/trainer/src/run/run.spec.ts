import { describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import fc from 'fast-check';
import { type RunKind, STAGES } from './job.js';
import { Run } from './run.js';

const { RunState } = operator;
const runOf = (kind: RunKind): Run => new Run({ runId: 'id', kind, reason: 'x', requestedAtMs: 0 });

describe('the progress of a run', () => {
  test('rises from stage to stage, from 0 to 1', () => {
    const step = fc.record({ stage: fc.nat(STAGES.length - 1), fraction: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.constantFrom('full' as const, 'fine-tune' as const), step, step, (kind, one, other) => {
        const at = ({ stage, fraction }: typeof one): number => {
          const run = runOf(kind);
          run.update({ state: RunState.RUNNING, stage: STAGES[stage]!, fraction });
          return run.progress;
        };
        const [first, second] = [one, other].sort((a, b) => a.stage - b.stage || a.fraction - b.fraction);
        expect(at(first!)).toBeGreaterThanOrEqual(0);
        expect(at(second!)).toBeGreaterThanOrEqual(at(first!));
        expect(at(second!)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('tells the time to the end once the pace says something', () => {
    const run = runOf('fine-tune');
    expect(run.etaSeconds(0)).toBe(-1);
    run.update({ state: RunState.RUNNING, startedAtMs: 1000, stage: 'fit', fraction: 0 });
    const early = run.etaSeconds(2000);
    expect(early < 0 || early > 1).toBe(true);
    run.update({ stage: 'publish', fraction: 1 });
    expect(run.etaSeconds(11_000)).toBeCloseTo(0);
    run.update({ state: RunState.PUBLISHED });
    expect([run.progress, run.etaSeconds(11_000)]).toEqual([1, 0]);
  });

  test('is told to those who watch, until they stop', () => {
    const run = runOf('full');
    let told = 0;
    const stop = run.watch(() => told++);
    run.update({ fraction: 0.5 });
    stop();
    run.update({ fraction: 0.6 });
    expect(told).toBe(1);
  });

  test('can be waited for, until it is over or the time is up', async () => {
    const run = runOf('full');
    await run.over(1);
    expect(run.isOver).toBe(false);
    const over = run.over(60_000);
    run.update({ fraction: 0.5 });
    run.update({ state: RunState.PUBLISHED });
    await over;
    await run.over(60_000);
  });
});
