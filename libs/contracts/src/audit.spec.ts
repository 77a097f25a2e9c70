import { expect, test } from '@jest/globals';
import { type AuditEntry, decodeAudit, encodeAudit } from './audit.js';

const entry: AuditEntry = {
  commandId: 'c-1',
  command: 'Rollback',
  who: { name: 'ann', role: 'operator' },
  reason: 'sales fell',
  request: {},
  before: { serving: 'v000002' },
  after: { serving: 'v000001' },
  answer: { version: 'v000001' },
  outcome: 'done',
  error: null,
  atMs: 1_700_000_000_000,
};

test('an entry of the audit is read as it was written', () => {
  const refused: AuditEntry = {
    ...entry,
    outcome: 'refused',
    answer: null,
    error: { code: 'PERMISSION_DENIED', message: 'no' },
  };
  for (const each of [entry, refused]) expect(decodeAudit(encodeAudit(each))).toEqual(each);
});

test('a record of before roles names nobody, and was done', () => {
  const old = { commandId: 'c-0', command: 'StartRun', request: { kind: 2 }, answer: { runId: 'r' }, atMs: 1 };
  expect(decodeAudit(Buffer.from(JSON.stringify(old)))).toEqual({
    ...old,
    who: { name: 'unknown', role: 'unknown' },
    reason: '',
    before: null,
    after: null,
    outcome: 'done',
    error: null,
  });
});

test.each([
  [null],
  ['{"commandId":'],
  ['[]'],
  ['"a note"'],
  ['{"who":"somebody else"}'],
  [JSON.stringify({ ...entry, who: 'ann' })],
  [JSON.stringify({ ...entry, outcome: 'maybe' })],
  [JSON.stringify({ ...entry, error: 'no' })],
  [JSON.stringify({ ...entry, reason: 7 })],
  [JSON.stringify({ ...entry, atMs: 'yesterday' })],
])('what is no entry is passed over: %p', (text) => {
  expect(decodeAudit(text === null ? null : Buffer.from(text))).toBeUndefined();
});
