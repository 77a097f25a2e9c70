import { beforeEach, expect, test } from '@jest/globals';
import { type AuditEntry, decodeAudit, LOCAL_CALLER, ThawError } from '@thaw/contracts';
import { type AuditedCommand, AuditLog } from './audit-log.js';

let entries: AuditEntry[];
let lost: unknown[];
let kafkaIsAway: boolean;
let serving: string;
let log: AuditLog;

beforeEach(() => {
  [entries, lost, kafkaIsAway, serving] = [[], [], false, 'v000002'];
  const sink = {
    send(topic: string, records: readonly { readonly partition: number; readonly value: Buffer }[]): Promise<void> {
      if (kafkaIsAway) return Promise.reject(new ThawError('KAFKA_UNAVAILABLE', 'no broker'));
      expect([topic, records.map(({ partition }) => partition)]).toEqual(['shop.audit', [0]]);
      entries.push(...records.map(({ value }) => decodeAudit(value)!));
      return Promise.resolve();
    },
  };
  log = new AuditLog(sink, 'shop.', (_, reason) => lost.push(reason));
});

const rollback: AuditedCommand = {
  commandId: 'c-1',
  command: 'Rollback',
  who: { name: 'ann', role: 'operator' },
  reason: 'sales fell',
  request: {},
  state: () => ({ serving }),
};

test('a command is written with who, why, and what it changed', async () => {
  const work = (): Promise<string> => Promise.resolve((serving = 'v000001'));
  expect(await log.around(rollback, work)).toBe('v000001');
  expect(entries).toEqual([
    {
      commandId: 'c-1',
      command: 'Rollback',
      who: { name: 'ann', role: 'operator' },
      reason: 'sales fell',
      request: {},
      before: { serving: 'v000002' },
      after: { serving: 'v000001' },
      answer: 'v000001',
      outcome: 'done',
      error: null,
      atMs: expect.any(Number),
    },
  ]);
});

test.each([
  ['refused', new ThawError('VERSION_UNKNOWN', 'nothing to go back to'), 'VERSION_UNKNOWN'],
  ['refused', new ThawError('REQUEST_INVALID', 'no'), 'REQUEST_INVALID'],
  ['failed', new ThawError('KAFKA_UNAVAILABLE', 'no broker'), 'KAFKA_UNAVAILABLE'],
  ['failed', new Error('a defect'), 'INTERNAL'],
])('one that was %s is written with its reason, which the caller is told', async (outcome, error, code) => {
  await expect(log.around(rollback, () => Promise.reject(error))).rejects.toBe(error);
  const both = { before: { serving: 'v000002' }, after: { serving: 'v000002' } };
  expect(entries).toMatchObject([{ ...both, outcome, answer: null, error: { code, message: error.message } }]);
});

test('what could not be written is not done; of what failed, the failure is told', async () => {
  kafkaIsAway = true;
  await expect(log.around(rollback, () => Promise.resolve('done'))).rejects.toThrow('no broker');
  await expect(log.around(rollback, () => Promise.reject(new Error('first')))).rejects.toThrow('first');
  expect(lost).toHaveLength(1);
});

test('large parts and reasons are cut', async () => {
  const request = { ids: 'x'.repeat(100_000) };
  await log.around({ ...rollback, who: LOCAL_CALLER, reason: 'y'.repeat(5000), request }, () => Promise.resolve(null));
  expect(entries[0]!.reason).toHaveLength(1000);
  expect(JSON.stringify(entries[0]!.request)).toMatch(/100010 characters/);
});
