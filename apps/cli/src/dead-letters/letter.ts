import { INPUT_TOPICS, type InputTopic } from '@thaw/contracts';
import type { PartitionOffset, RecordHeaders, SourceRecord } from '@thaw/kafka';

const PREFIX = 'x-dlq-';

/** Where a record stood that could not be used, by the registry's name of its topic. */
export interface LetterSource {
  readonly partition: number;
  readonly offset: number;
  /** Unix epoch milliseconds. */
  readonly timestampMs: number;
}

/** A record that could not be used, as its dead-letter topic has it. */
export interface Letter {
  /**
   * Place of the original record: `interactions/3/8812`. One that is no letter of ours, and does not say whence it came,
   * goes by its place on the dead-letter topic: `interactions.dlq/0/17`.
   */
  readonly id: string;
  readonly topic: InputTopic;
  readonly place: PartitionOffset;
  readonly source: LetterSource | undefined;
  /** When it became a letter, Unix epoch milliseconds. */
  readonly atMs: number;
  readonly code: string;
  readonly message: string;
  /** Bytes of the original value where this one is only the beginning. */
  readonly truncatedFrom: number | undefined;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Those of the original record. */
  readonly headers: RecordHeaders;
}

/** @param record its buffers are kept as they are: views of what was fetched */
export function readLetter(topic: InputTopic, place: Omit<PartitionOffset, 'offset'>, record: SourceRecord): Letter {
  const { headers, offset } = record;
  const about = (name: string): string | undefined => {
    const value = headers[PREFIX + name];
    return value === undefined ? undefined : String(Array.isArray(value) ? value[0] : value);
  };
  const number = (name: string): number => Number(about(name) ?? Number.NaN);
  const source = { partition: number('partition'), offset: number('offset'), timestampMs: number('timestamp') };
  const isOurs = Object.values(source).every((value) => Number.isSafeInteger(value) && value >= 0);
  return {
    id: isOurs ? `${topic}/${source.partition}/${source.offset}` : `${topic}.dlq/${place.partition}/${offset}`,
    topic,
    place: { ...place, offset },
    source: isOurs ? source : undefined,
    atMs: record.timestampMs,
    code: about('error-code') ?? 'UNKNOWN',
    message: about('error-message') ?? '',
    truncatedFrom: about('truncated') === undefined ? undefined : number('truncated'),
    key: record.key,
    value: record.value,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(PREFIX))),
  };
}

/** The same letter on memory of its own, so that what was fetched with it can go. */
export function owned(letter: Letter): Letter {
  const copy = (bytes: Buffer | null): Buffer | null => bytes && Buffer.from(bytes);
  return { ...letter, key: copy(letter.key), value: copy(letter.value) };
}

/** The topic that an id is about; undefined where it is no id of a letter. */
export function topicOfId(id: string): InputTopic | undefined {
  const [, name] = /^(.+?)(?:\.dlq)?\/\d{1,9}\/\d{1,15}$/.exec(id) ?? [];
  return INPUT_TOPICS.find((topic) => topic === name);
}
