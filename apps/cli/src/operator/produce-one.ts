import { ThawError } from '@thaw/contracts';
import type { Kafka, PartitionOffset, RecordSink, SinkRecord } from '@thaw/kafka';

/** Says which command wrote a record. */
export const COMMAND_ID_HEADER = 'thaw-command-id';

/** Puts one record onto a topic, marked by a header of its own, and finds out at which offset it lies. */
export async function produceOne(
  { kafka, sink }: { readonly kafka: Kafka; readonly sink: RecordSink },
  topic: string,
  record: SinkRecord,
  mark: { readonly header: string; readonly value: string },
): Promise<PartitionOffset> {
  const { partition } = record;
  const range = (await kafka.offsets(topic)).find((each) => each.partition === partition);
  if (range === undefined) {
    throw new ThawError('KAFKA_TOPIC_MISMATCH', `The topic ${topic} has no partition ${partition}.`);
  }
  const headers = { ...record.headers, [mark.header]: Buffer.from(mark.value) };
  await sink.send(topic, [{ ...record, headers }]);
  const found = await findMarked(kafka, { topic, partition, offset: range.endOffset }, mark);
  if (found === undefined) {
    throw new ThawError('KAFKA_OFFSET_OUT_OF_RANGE', `The record that was just written to ${topic} is gone already.`);
  }
  return found;
}

/** The first record from an offset on that carries the mark; undefined where there is none. */
export async function findMarked(
  kafka: Kafka,
  from: PartitionOffset,
  { header, value }: { readonly header: string; readonly value: string },
): Promise<PartitionOffset | undefined> {
  const { topic, partition } = from;
  let found: number | undefined;
  const range = (await kafka.offsets(topic)).find((each) => each.partition === partition);
  if (range === undefined) return undefined;
  await kafka.readAll(
    [topic],
    ({ records }) => {
      found ??= records.find(({ headers }) => headers[header]?.toString() === value)?.offset;
      return Promise.resolve();
    },
    { from: [from], until: [{ topic, partition, offset: range.endOffset }] },
  );
  return found === undefined ? undefined : { topic, partition, offset: found };
}
