import { operator, prefixedTopic } from '@thaw/contracts';
import type { Kafka, RecordSink } from '@thaw/kafka';
import type { VersionRecord, WriteVersions } from './version-ledger.js';

/** Reads all records of the topic `versions` in their order. */
export async function readVersions(
  kafka: Kafka,
  topicPrefix: string,
  take: (record: VersionRecord) => void,
): Promise<void> {
  await kafka.readAll([prefixedTopic(topicPrefix, 'versions')], ({ records }) => {
    for (const { key, value } of records) {
      take(value === null ? { gone: String(key) } : operator.Version.decode(value));
    }
    return Promise.resolve();
  });
}

/** Writes records of the topic `versions`, which has one partition: their order is that of the calls. */
export function versionWriter(sink: RecordSink, topicPrefix: string): WriteVersions {
  return async (records) => {
    const encoded = records.map((record) =>
      'gone' in record
        ? { partition: 0, key: Buffer.from(record.gone), value: null }
        : {
            partition: 0,
            key: Buffer.from(record.version),
            value: Buffer.from(operator.Version.encode(record).finish()),
          },
    );
    await sink.send(prefixedTopic(topicPrefix, 'versions'), encoded);
  };
}
