import { type AuditEntry, decodeAudit, prefixedTopic, ThawError } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';

/** The newest entries of the topic `audit`, the oldest of them first. */
export async function readAudit(
  kafka: Pick<Kafka, 'readAll'>,
  topicPrefix: string,
  limit: number,
): Promise<AuditEntry[]> {
  let entries: AuditEntry[] = [];
  try {
    await kafka.readAll([prefixedTopic(topicPrefix, 'audit')], ({ records }) => {
      for (const { value } of records) {
        const entry = decodeAudit(value);
        if (entry !== undefined) entries.push(entry);
      }
      if (entries.length > limit) entries = limit === 0 ? [] : entries.slice(-limit);
      return Promise.resolve();
    });
  } catch (error) {
    if (ThawError.from(error).code !== 'KAFKA_TOPIC_UNKNOWN') throw error; // nothing has been commanded yet
  }
  return entries;
}
