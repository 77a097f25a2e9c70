import {
  type DecodeError,
  decodeCoInteractionCount,
  decodeCustomerErasure,
  decodeInteraction,
  decodeListing,
  decodeProduct,
  type EncodedRecord,
  encodeCoInteractionCount,
  encodeCustomerErasure,
  encodeInteraction,
  encodeListing,
  encodeProduct,
  type InputTopic,
  ThawError,
  topic,
} from '@thaw/contracts';
import { isFutureDated } from '@thaw/graph';
import { partitionForKey, type RecordHeaders, type SinkRecord } from '@thaw/kafka';
import type { Letter } from './letter.js';

interface Decoded {
  readonly record: EncodedRecord;
  /** Unix epoch milliseconds; counts have none. */
  readonly eventTimeMs: number | undefined;
}

type Parts = Pick<Letter, 'key' | 'headers'> & { readonly value: Buffer | null };

const timed = <Event extends { readonly eventTimeMs: number }>(
  event: Event,
  encode: (event: Event) => EncodedRecord,
): Decoded => ({ record: encode(event), eventTimeMs: event.eventTimeMs });

const DECODERS: Readonly<Record<InputTopic, (parts: Parts) => Decoded>> = {
  interactions: ({ value, headers }) => timed(decodeInteraction(value, headers), encodeInteraction),
  listings: ({ value, headers }) => timed(decodeListing(value, headers), encodeListing),
  products: ({ value, headers }) => timed(decodeProduct(value, headers), encodeProduct),
  erasures: ({ value, headers }) => timed(decodeCustomerErasure(value, headers), encodeCustomerErasure),
  'co-interactions': ({ value, headers, key }) => ({
    record: encodeCoInteractionCount(decodeCoInteractionCount(value, headers, key)),
    eventTimeMs: undefined,
  }),
};

export interface ReplayChecks {
  readonly nowMs: number;
  readonly maxFutureSkewMs: number;
  /** Produce what would become a letter again. */
  readonly force: boolean;
}

/**
 * The record that a letter was made of, as it is produced again: its bytes, key and headers, on its partition.
 *
 * @throws ThawError REQUEST_INVALID where it would be refused once more
 */
export function originalRecord(letter: Letter, value: Buffer | null, checks: ReplayChecks): SinkRecord {
  const { key, headers, source, topic: name, id } = letter;
  if (!checks.force) check(id, name, { key, headers, value }, checks);
  const partitions = topic(name).partitions;
  const partition = source?.partition ?? (key === null ? 0 : partitionForKey(key, partitions));
  return { partition: partition % partitions, key, value, headers };
}

/**
 * A corrected event in place of a letter: JSON, with the key that the event has now.
 *
 * @throws ThawError REQUEST_INVALID where it is not what its topic promises
 */
export function correctedRecord({ id, topic: name, key }: Letter, value: Buffer, checks: ReplayChecks): SinkRecord {
  const headers: RecordHeaders = { 'content-type': Buffer.from('application/json') };
  const { partitions } = topic(name);
  if (checks.force) return { partition: key === null ? 0 : partitionForKey(key, partitions), key, value, headers };
  const { record } = check(id, name, { key, headers, value }, checks);
  return { ...record, partition: partitionForKey(record.key, partitions) };
}

function check(id: string, name: InputTopic, parts: Parts, { nowMs, maxFutureSkewMs }: ReplayChecks): Decoded {
  let decoded: Decoded;
  try {
    decoded = DECODERS[name](parts);
  } catch (thrown) {
    const { code, message } = thrown as DecodeError;
    if (code !== 'EVENT_UNDECODABLE') throw thrown;
    throw refused(id, `it still cannot be decoded. ${message}`, thrown);
  }
  const { eventTimeMs = 0 } = decoded;
  if (!isFutureDated(eventTimeMs, nowMs, { maxFutureSkewMs })) return decoded;
  const soonest = new Date(eventTimeMs - maxFutureSkewMs).toISOString();
  throw refused(id, `its event time is still too far ahead, until ${soonest}`);
}

const refused = (id: string, why: string, cause?: unknown): ThawError =>
  new ThawError(
    'REQUEST_INVALID',
    `${id} was not replayed: ${why}. Correct it with --with FILE, drop it, or say --force.`,
    { cause, details: { letter: id } },
  );
