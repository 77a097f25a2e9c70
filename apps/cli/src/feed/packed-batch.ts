import { type FeedEvent, FEED_TOPICS, type FeedTopic, type RecordsByTopic, append, toRecord } from './records.js';
import type { SinkRecord } from '@thaw/kafka';

/** Numbers per record: index of the topic, partition, length of the key, length of the value. */
const COLUMNS = 4;

/** Encoded records in two pieces of memory that move between threads without being copied. */
export interface PackedBatch {
  /** Keys and values, one after the other. */
  readonly bytes: ArrayBuffer;
  /** `[count, 4]`, row-major. */
  readonly table: Uint32Array<ArrayBuffer>;
}

export const packedCount = ({ table }: PackedBatch): number => table.length / COLUMNS;

export function pack(events: readonly FeedEvent[]): PackedBatch {
  const table = new Uint32Array(events.length * COLUMNS);
  const parts: Buffer[] = [];
  events.forEach((event, i) => {
    const { key, value, partition } = toRecord(event);
    table.set([FEED_TOPICS.indexOf(event.topic), partition, key.length, value.length], i * COLUMNS);
    parts.push(key, value);
  });
  const bytes = new ArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0));
  const target = Buffer.from(bytes);
  let at = 0;
  for (const part of parts) at += part.copy(target, at);
  return { bytes, table };
}

/** The records, as views of the batch. */
export function unpack({ bytes, table }: PackedBatch): RecordsByTopic {
  const byTopic = new Map<FeedTopic, SinkRecord[]>();
  let at = 0;
  for (let row = 0; row < table.length; row += COLUMNS) {
    const keyLength = table[row + 2]!;
    const valueLength = table[row + 3]!;
    const key = Buffer.from(bytes, at, keyLength);
    const value = Buffer.from(bytes, at + keyLength, valueLength);
    at += keyLength + valueLength;
    append(byTopic, FEED_TOPICS[table[row]!]!, { key, value, partition: table[row + 1]! });
  }
  return byTopic;
}
