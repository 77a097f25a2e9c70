import { type AuditEntry, decodeAudit, prefixedTopic, ThawError } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';
import { isDeepStrictEqual } from 'node:util';
import type { OperatorSession } from './operator-session.js';

export interface EarlierCommand {
  readonly commandId: string;
  readonly command: string;
  /** What it asks for: of the request that the audit has, these fields must be the same. */
  readonly asked: Readonly<Record<string, unknown>>;
}

/**
 * What was answered to a command that was done under this id; undefined where none was.
 *
 * @throws ThawError REQUEST_INVALID where the id is that of another command, or of one that asked for something else
 */
export async function earlierAnswer(
  { kafka, topicPrefix }: Pick<OperatorSession, 'kafka' | 'topicPrefix'>,
  { commandId, command, asked }: EarlierCommand,
): Promise<unknown> {
  const found = await doneUnder(kafka, prefixedTopic(topicPrefix, 'audit'), commandId);
  if (found === undefined) return undefined;
  const before = (found.request ?? {}) as Readonly<Record<string, unknown>>;
  const isSame = Object.entries(asked).every(([field, value]) => isDeepStrictEqual(before[field], value));
  if (found.command === command && isSame) return found.answer;
  throw new ThawError(
    'REQUEST_INVALID',
    `The command id ${commandId} is that of another command, ${found.command} of ${JSON.stringify(before)}: ` +
      'give each a new one.',
    { details: { commandId, command: found.command } },
  );
}

async function doneUnder(kafka: Kafka, topic: string, commandId: string): Promise<AuditEntry | undefined> {
  let found: AuditEntry | undefined;
  await kafka.readAll([topic], ({ records }) => {
    for (const { key, value } of records) {
      if (key?.toString() !== commandId) continue;
      const entry = decodeAudit(value);
      if (entry?.outcome === 'done') found ??= entry;
    }
    return Promise.resolve();
  });
  return found;
}
