import { beforeEach, describe, expect, test } from '@jest/globals';
import { type AuditEntry, decodeAudit, LOCAL_CALLER } from '@thaw/contracts';
import { AuditLog } from '@thaw/platform';
import { CommandLog } from './command-log.js';

let audit: AuditEntry[];
let commands: CommandLog;

/** A log that writes to `audit`. */
const logOf = (): CommandLog => {
  const sink = {
    send: (_: string, records: readonly { readonly value: Buffer }[]): Promise<void> => {
      audit.push(...records.map(({ value }) => decodeAudit(value)!));
      return Promise.resolve();
    },
  };
  return new CommandLog(new AuditLog(sink, '', () => undefined));
};

beforeEach(() => {
  audit = [];
  commands = logOf();
});

const command = { command: 'StartRun', who: LOCAL_CALLER, reason: '', request: { kind: 2 } };
const start = (commandId: string, answer = 1, log = commands) =>
  log.once({ ...command, commandId }, () => Promise.resolve({ answer }));

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
    const restarted = logOf();
    for (const entry of audit) restarted.take(entry);
    expect(await start('a', 2, restarted)).toEqual({ answer: 1 });
    expect(audit).toHaveLength(1);
  });

  test('without an id is done each time, also after a restart', async () => {
    expect(await start('', 1)).toEqual({ answer: 1 });
    expect(await start('', 2)).toEqual({ answer: 2 });
    const restarted = logOf();
    for (const entry of audit) restarted.take(entry);
    expect(await start('', 3, restarted)).toEqual({ answer: 3 });
  });

  test('that failed may be tried again, also after a restart', async () => {
    const rollback = { ...command, commandId: 'a' };
    const fail = () => Promise.reject(new Error('nothing to go back to'));
    await expect(commands.once(rollback, fail)).rejects.toThrow('nothing');
    const restarted = logOf();
    for (const entry of audit) restarted.take(entry);
    expect(await start('a', 2, restarted)).toEqual({ answer: 2 });
    expect(await start('a', 3)).toEqual({ answer: 3 });
  });

  test('has an id of its own: that of another is refused', async () => {
    await start('a');
    const others = [
      { ...command, commandId: 'a', command: 'Rollback' },
      { ...command, commandId: 'a', request: { kind: 1 } },
      { ...command, commandId: 'x'.repeat(201) },
    ];
    for (const other of others) {
      const work = () => Promise.reject(new Error('not to be done'));
      await expect(commands.once(other, work)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    }
  });
});
