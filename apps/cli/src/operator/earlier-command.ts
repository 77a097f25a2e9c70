import { type AuditEntry, decodeAudit, prefixedTopic, ThawError } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';

/**
 * What the audit has of a command that was done under this id; undefined where there is nothing.
 *
 * @throws ThawError REQUEST_INVALID where the id was another command's
 */
export async function earlierCommand(
  kafka: Kafka,
  topicPrefix: string,
  commandId: string,
  command: string,
): Promise<AuditEntry | undefined> {
  let found: AuditEntry | undefined;
  await kafka.readAll([prefixedTopic(topicPrefix, 'audit')], ({ records }) => {
    for (const { key, value } of records) {
      if (key?.toString() !== commandId) continue;
      const entry = decodeAudit(value);
      if (entry?.outcome === 'done') found ??= entry;
    }
    return Promise.resolve();
  });
  if (found === undefined || found.command === command) return found;
  throw new ThawError(
    'REQUEST_INVALID',
    `The command id ${commandId} is that of another command, ${found.command}: give each a new one.`,
    { details: { commandId, command: found.command } },
  );
}
