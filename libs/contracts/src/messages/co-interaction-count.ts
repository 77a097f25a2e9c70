import { decodeRecord, encodeRecord, type EncodedRecord, type MessageCodec } from '../codec/record.js';
import type { Encoding } from '../codec/encoding.js';
import { requiredId, uint32 } from '../codec/fields.js';
import type { RecordHeaders } from '../codec/headers.js';
import { eitherSpelling as either } from '../codec/json.js';
import { RecordSource } from '../codec/source.js';
import { CoInteractionCount } from '../generated/thaw/graph/v1/graph.js';

/** A finished count of one pair, or of one product's customers where both ids are the same. */
export interface CoInteractionCountEvent {
  readonly productIdA: string;
  /** Not less than `productIdA` by UTF-16 code unit, which is how JavaScript and Java compare strings. */
  readonly productIdB: string;
  /** Customers whose history holds both (with A = B: that hold the product); 0 means that none does any more. */
  readonly count: number;
}

function checked(source: RecordSource, first: unknown, second: unknown, count: unknown): CoInteractionCountEvent {
  const productIdA = requiredId(source, 'product_id_a', first);
  const productIdB = requiredId(source, 'product_id_b', second);
  if (productIdA > productIdB) {
    throw source.error('product_id_a', 'is greater than product_id_b', 'order each pair, so that it has one key');
  }
  return { productIdA, productIdB, count: uint32(source, 'count', count ?? 0) };
}

const codec: MessageCodec<CoInteractionCountEvent> = {
  type: 'thaw.graph.v1.CoInteractionCount',
  key: (event) => `${event.productIdA}\n${event.productIdB}`,
  fromJson: (source, json) =>
    checked(
      source,
      either(source, 'product_id_a', json['product_id_a'], json['productIdA']),
      either(source, 'product_id_b', json['product_id_b'], json['productIdB']),
      json['count'],
    ),
  fromProtobuf: (source, reader) => {
    const message = CoInteractionCount.decode(reader);
    return checked(source, message.productIdA, message.productIdB, message.count);
  },
  check: (source, event) => checked(source, event.productIdA, event.productIdB, event.count),
  toJson: (event) => ({ product_id_a: event.productIdA, product_id_b: event.productIdB, count: event.count }),
  toProtobuf: (event, writer) => CoInteractionCount.encode(event, writer),
};

/**
 * The count in a record of the compacted topic `co-interactions`. A tombstone (no value) is a count of 0 for the pair
 * that its key names, `product_id_a` and `product_id_b` with a line feed between them.
 * @throws DecodeError where the record is no count
 */
export function decodeCoInteractionCount(
  value: Buffer | null,
  headers?: RecordHeaders,
  key?: Buffer | null,
): CoInteractionCountEvent {
  if (value !== null) return decodeRecord(codec, value, headers);
  const source = new RecordSource(codec.type, headers);
  const pair = key?.toString('utf8').split('\n') ?? [];
  if (pair.length === 2) return checked(source, pair[0], pair[1], 0);
  throw source.error('key', 'of a tombstone names no pair', 'write the key as product_id_a, line feed, product_id_b');
}

/** A record for the topic `co-interactions`. @throws DecodeError where the event breaks a limit */
export function encodeCoInteractionCount(event: CoInteractionCountEvent, encoding: Encoding = 'json'): EncodedRecord {
  return encodeRecord(codec, event, encoding);
}
