import { expect, test } from '@jest/globals';
import { type AuditEntry, encodeAudit, operator, recommender, ThawError } from '@thaw/contracts';
import type { BatchHandler, RecordBatch } from '@thaw/kafka';
import { auditAsText } from './audit-text.js';
import { follow } from './follow-run.js';
import { readAudit } from './read-audit.js';
import { pauseLine, runTable } from './run-table.js';
import { waitUntilServed } from './wait-until-served.js';

const { RunKind, RunState } = operator;
const NOW_MS = 1_800_000_000_000;
const never = new AbortController().signal;

const serving = (version: string) =>
  Promise.resolve(recommender.GetServingStatusResponse.fromPartial({ context: { version } }));

test('waits until the recommender says that it serves a version, also where it does not answer at first', async () => {
  const away = () => Promise.reject(new ThawError('APP_UNREACHABLE', 'starting'));
  const answers = [away, () => serving('v000002'), () => serving('v000001')];
  let asked = 0;
  const source = { servingStatus: () => answers[Math.min(asked++, 2)]!() };
  expect(await waitUntilServed(source, 'v000001', 60_000)).toBe(true);
  expect(asked).toBe(3);
  expect(await waitUntilServed({ servingStatus: away }, 'v000001', 30)).toBe(false);
});

const said = (change: Partial<operator.WatchRunResponse>) =>
  operator.WatchRunResponse.fromPartial({ runId: '1f0c2a9b-0000', state: RunState.RUNNING, etaSeconds: -1, ...change });

/** A trainer that says this on each watch, then goes away; the last watch ends as it should. */
function trainerOf(...watches: (readonly operator.WatchRunResponse[])[]) {
  return {
    async *watch() {
      const watch = watches.shift()!;
      yield* watch;
      await Promise.resolve();
      if (watches.length > 0) throw new ThawError('APP_UNREACHABLE', 'gone');
    },
  };
}

test('a run is followed over a restart of the trainer, with a line for each stage where there is no terminal', async () => {
  const client = trainerOf(
    [
      said({ state: RunState.QUEUED }),
      said({ stage: 'fit', progress: 0.5, etaSeconds: 12, message: 'channels' }),
      said({ stage: 'fit', progress: 0.6 }),
    ],
    [said({ stage: 'index', progress: 0.9 }), said({ state: RunState.PUBLISHED, progress: 1, version: 'v000002' })],
  );
  const notes: string[] = [];
  const last = await follow({
    client,
    runId: '1f0c2a9b-0000',
    kind: RunKind.FULL,
    signal: never,
    isQuiet: false,
    note: (line) => notes.push(line),
    terminal: { write: () => true },
  });
  expect(last.version).toBe('v000002');
  expect(notes).toEqual([
    'full 1f0c2a9b ████████████░░░░░░░░░░░░ fit 50 %, 12.0 s left · channels',
    'full 1f0c2a9b ██████████████████████░░ index 90 %',
  ]);
});

test('a run is not followed for ever where the trainer stays away', async () => {
  const watch = async function* (): AsyncGenerator<operator.WatchRunResponse, void, void> {
    await Promise.resolve();
    yield* [];
    throw new ThawError('APP_UNREACHABLE', 'gone');
  };
  const options = {
    runId: 'a',
    kind: RunKind.FULL,
    signal: never,
    isQuiet: true,
    note: () => undefined,
    patienceMs: 0,
  };
  await expect(follow({ client: { watch }, ...options })).rejects.toMatchObject({ code: 'APP_UNREACHABLE' });
});

test('runs are a table: how far the one under way is, what came of the others, and who paused them', () => {
  const run = (change: Partial<operator.Run>): operator.Run =>
    operator.Run.fromPartial({
      runId: '1f0c2a9b-0000',
      kind: RunKind.FULL,
      requestedAtMs: NOW_MS - 90_000,
      startedAtMs: NOW_MS - 60_000,
      ...change,
    });
  const text = runTable(
    [
      run({
        state: RunState.RUNNING,
        stage: 'fit',
        progress: 0.436,
        etaSeconds: 12,
        requestedBy: 'ann',
        reason: 'new',
      }),
      run({
        state: RunState.REJECTED,
        endedAtMs: NOW_MS - 50_000,
        version: 'v000003',
        message: 'worse',
        reason: 'age',
      }),
      run({ state: RunState.CANCELLED, kind: RunKind.FINE_TUNE, startedAtMs: 0 }),
    ],
    NOW_MS,
  );
  expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['RUN', 'KIND', 'STATE', 'ASKED FOR', 'TOOK', 'VERSION', 'BY', 'REASON', 'WHAT CAME OF IT'],
    ['1f0c2a9b', 'full', 'fit 43 %, 12.0 s left', '1 min 30 s ago', '1 min 0 s', '-', 'ann', 'new'],
    ['1f0c2a9b', 'full', 'rejected', '1 min 30 s ago', '10.0 s', 'v000003', 'itself', 'age', 'worse'],
    ['1f0c2a9b', 'fine-tune', 'cancelled', '1 min 30 s ago', '-', '-', 'itself'],
  ]);
  const pause = { paused: true, pausedBy: 'ann', pausedBecause: 'stock-taking', pausedAtMs: NOW_MS - 60_000 };
  expect(pauseLine(operator.GetTrainingStatusResponse.fromPartial(pause), NOW_MS)).toEqual([
    'Runs by themselves are paused by ann, since 1 min 0 s: stock-taking',
  ]);
  expect(pauseLine(operator.GetTrainingStatusResponse.fromPartial({}), NOW_MS)).toEqual([]);
});

const entry: AuditEntry = {
  commandId: 'c-1',
  command: 'ActivateVersion',
  who: { name: 'ann', role: 'operator' },
  reason: 'sales fell',
  request: { version: 'v000001' },
  before: { serving: 'v000002', pinned: false },
  after: { serving: 'v000001', pinned: true },
  answer: {},
  outcome: 'done',
  error: null,
  atMs: Date.UTC(2026, 0, 31, 12, 5, 6, 789),
};

test('the audit says who did what, and what it changed', () => {
  const error = { code: 'PERMISSION_DENIED', message: 'it needs admin' };
  const refused: AuditEntry = { ...entry, outcome: 'refused', before: null, after: null, reason: '', error };
  expect(auditAsText([entry, refused])).toBe(
    `2026-01-31 12:05:06  ann (operator)  ActivateVersion  done
    version v000001
    serving v000002 -> v000001
    pinned false -> true
    because: sales fell
2026-01-31 12:05:06  ann (operator)  ActivateVersion  refused
    version v000001
    PERMISSION_DENIED: it needs admin`,
  );
  expect(auditAsText([])).toMatch(/Nothing/);
});

test('the newest entries of the topic are read; where there is no topic there are none', async () => {
  const values = ['a', 'b', 'c'].map((commandId) => encodeAudit({ ...entry, commandId }));
  const kafka = {
    async readAll(topics: readonly string[], handler: BatchHandler): Promise<void> {
      expect(topics).toEqual(['shop.audit']);
      for (const value of [...values, Buffer.from('a note')]) {
        await handler({ records: [{ value }] } as unknown as RecordBatch, never);
      }
    },
  };
  const ids = async (limit: number) => (await readAudit(kafka, 'shop.', limit)).map(({ commandId }) => commandId);
  expect(await ids(2)).toEqual(['b', 'c']);
  expect(await ids(0)).toEqual([]);
  expect(await ids(10)).toEqual(['a', 'b', 'c']);
  const none = { readAll: () => Promise.reject(new ThawError('KAFKA_TOPIC_UNKNOWN', 'no')) };
  expect(await readAudit(none, '', 10)).toEqual([]);
});
