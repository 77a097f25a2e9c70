import { prefixedTopic, ThawError } from '@thaw/contracts';
import type { Kafka, PartitionOffset, SinkRecord } from '@thaw/kafka';
import type { OperatorSession } from '../operator/operator-session.js';
import { findMarked, produceOne } from '../operator/produce-one.js';
import type { Letter } from './letter.js';
import type { Mark, Marks } from './marks.js';

/** Says which letter a record was, and which command put it there. */
export const REPLAY_HEADER = 'thaw-replay-of';

export interface DealtBy {
  readonly commandId: string;
  readonly reason: string;
  readonly nowMs: number;
}

/**
 * Produces the record, and marks the letter as replayed. What a killed command began is finished: where its record is
 * on the topic, only the mark is made.
 */
export async function replayLetter(
  session: OperatorSession,
  marks: Marks,
  letter: Letter,
  record: SinkRecord,
  { commandId, reason, nowMs }: DealtBy,
): Promise<PartitionOffset> {
  const { kafka, topicPrefix, who } = session;
  const topic = prefixedTopic(topicPrefix, letter.topic);
  const common = { by: who.name, reason, atMs: nowMs };
  const done = async (id: string, { partition, offset }: PartitionOffset): Promise<PartitionOffset> => {
    await marks.set(letter, { ...common, state: 'replayed', commandId: id, to: { partition, offset } });
    return { topic, partition, offset };
  };
  const begun = marks.of(letter);
  if (begun?.state === 'replaying' && begun.to !== null) {
    const there = await findMarked(kafka, { topic, ...begun.to }, markOf(letter, begun.commandId));
    if (there !== undefined) return await done(begun.commandId, there);
  }
  const { partition } = record;
  const to = { partition, offset: await endOf(kafka, topic, partition) };
  await marks.set(letter, { ...common, state: 'replaying', commandId, to });
  return await done(commandId, await produceOne(session, topic, record, markOf(letter, commandId)));
}

/** Marks a letter as one that is not worth replaying. */
export async function dropLetter(
  { who }: OperatorSession,
  marks: Marks,
  letter: Letter,
  { commandId, reason, nowMs }: DealtBy,
): Promise<void> {
  await marks.set(letter, { state: 'dropped', commandId, by: who.name, reason, atMs: nowMs, to: null });
}

/** The value that a letter had as a record, from its original place where the letter holds only its beginning. */
export async function wholeValue(kafka: Kafka, topicPrefix: string, letter: Letter): Promise<Letter> {
  const { source, truncatedFrom, id } = letter;
  if (truncatedFrom === undefined) return letter;
  const topic = prefixedTopic(topicPrefix, letter.topic);
  let found: Letter | undefined;
  if (source !== undefined) {
    const { partition, offset, timestampMs } = source;
    await kafka.readAll(
      [topic],
      ({ records }) => {
        const record = records.find((each) => each.offset === offset && each.timestampMs === timestampMs);
        if (record !== undefined) {
          const { key, value, headers } = record;
          found = { ...letter, key: key && Buffer.from(key), value: value && Buffer.from(value), headers };
        }
        return Promise.resolve();
      },
      { from: [{ topic, partition, offset }], until: [{ topic, partition, offset: offset + 1 }] },
    );
  }
  if (found !== undefined) return found;
  throw new ThawError(
    'REQUEST_INVALID',
    `${id} had ${truncatedFrom} bytes, of which the letter holds the first, and its record is gone from ${topic}: ` +
      'replay it with --with FILE, or drop it.',
    { details: { letter: id } },
  );
}

/** What a mark says, in words. */
export function markAsText({ state, by, reason, atMs, to }: Mark): string {
  const where = to === null || state === 'replaying' ? '' : ` to partition ${to.partition}, offset ${to.offset}`;
  const why = reason === '' ? '' : `: ${reason}`;
  return `${state}${where} by ${by}, ${new Date(atMs).toISOString()}${why}`;
}

const markOf = ({ id }: Letter, commandId: string) => ({ header: REPLAY_HEADER, value: `${id} ${commandId}` });

async function endOf(kafka: Kafka, topic: string, partition: number): Promise<number> {
  return (await kafka.offsets(topic)).find((each) => each.partition === partition)?.endOffset ?? 0;
}
