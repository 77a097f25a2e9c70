import { beforeEach, describe, expect, test } from '@jest/globals';
import { type AuditEntry, decodeAudit, encodeAudit } from './audit.js';
import { CommandLog } from './command-log.js';

let audit: AuditEntry[];
let commands: CommandLog;

beforeEach(() => {
  audit = [];
  commands = new CommandLog((entry) => {
    audit.push(entry);
    return Promise.resolve();
  });
});

const start = (commandId: string, answer = 1, log = commands) =>
  log.once({ commandId, command: 'StartRun', request: { kind: 2 } }, () => Promise.resolve({ answer }));

describe('a command', () => {
  test('sent again is not done twice, and answers as the first time', async () => {
    const [one, again] = await Promise.all([start('a', 1), start('a', 2)]);
    expect([one, again]).toEqual([{ answer: 1 }, { answer: 1 }]);
    expect(await start('a', 3)).toEqual({ answer: 1 });
    expect(audit.map(({ commandId, command, answer }) => [commandId, command, answer])).toEqual([
      ['a', 'StartRun', { answer: 1 }],
    ]);
  });

  test('is known after a restart from what is on the topic', async () => {
    await start('a', 1);
    const restarted = new CommandLog(() => Promise.reject(new Error('nothing is to be written')));
    for (const entry of audit) restarted.take(decodeAudit(encodeAudit(entry))!);
    expect(await start('a', 2, restarted)).toEqual({ answer: 1 });
  });

  test('without an id is done each time', async () => {
    expect(await start('', 1)).toEqual({ answer: 1 });
    expect(await start('', 2)).toEqual({ answer: 2 });
  });

  test('that failed may be tried again', async () => {
    const entry = { commandId: 'a', command: 'Rollback', request: {} };
    await expect(commands.once(entry, () => Promise.reject(new Error('nothing to go back to')))).rejects.toThrow(
      'nothing',
    );
    expect(await start('a', 2)).toEqual({ answer: 2 });
  });

  test('of which the topic tells nonsense is passed over', () => {
    expect(decodeAudit(null)).toBeUndefined();
    expect(decodeAudit(Buffer.from('{"commandId":'))).toBeUndefined();
    expect(decodeAudit(Buffer.from('{"who":"somebody else"}'))).toBeUndefined();
  });
});
