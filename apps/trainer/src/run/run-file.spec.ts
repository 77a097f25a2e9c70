import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Run } from './run.js';
import { RunFile } from './run-file.js';

const { RunState } = operator;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thaw-runs-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const request = { runId: 'a', kind: 'full', reason: 'new settings', requestedBy: 'ann', requestedAtMs: 1 } as const;

test('runs are remembered: how they ended, and which must be started again', () => {
  const published = new Run({ ...request, runId: 'b' });
  const end = {
    state: RunState.PUBLISHED,
    message: 'good',
    version: 'v000002',
    attempt: 1,
    startedAtMs: 2,
    endedAtMs: 3,
  };
  published.update(end);
  const withdrawn = new Run({ ...request, runId: 'c', kind: 'fine-tune' });
  withdrawn.update({ state: RunState.CANCELLED, message: 'cancelled', endedAtMs: 4 });
  const running = new Run(request);
  running.update({ state: RunState.RUNNING, startedAtMs: 5, stage: 'fit' });
  new RunFile(join(folder, 'trainer')).write([published, withdrawn, running]);
  const [first, second, third] = new RunFile(join(folder, 'trainer')).read();
  expect(first).toEqual({ request: { ...request, runId: 'b' }, end });
  expect(second).toMatchObject({ request: { runId: 'c', kind: 'fine-tune' }, end: { state: RunState.CANCELLED } });
  expect(third).toEqual({ request, end: undefined });
});

test.each(['', '[{"runId":7}]', '{'])('where the file makes no sense there are none: %j', (text) => {
  const file = new RunFile(folder);
  expect(file.read()).toEqual([]);
  writeFileSync(join(folder, 'runs.json'), text);
  expect(file.read()).toEqual([]);
});
