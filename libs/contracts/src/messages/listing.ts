import { decodeRecord, encodeRecord, type EncodedRecord, type MessageCodec } from '../codec/record.js';
import type { Encoding } from '../codec/encoding.js';
import { EnumNames } from '../codec/enum-names.js';
import { eventTime, requiredId } from '../codec/fields.js';
import type { RecordHeaders } from '../codec/headers.js';
import { eitherSpelling as either } from '../codec/json.js';
import { withExplicitTime } from '../codec/protobuf.js';
import type { RecordSource } from '../codec/source.js';
import { Listing, ListingStatus as Code } from '../generated/thaw/events/v1/events.js';

export const LISTING_STATUSES = ['listed', 'withdrawn'] as const;
export type ListingStatus = (typeof LISTING_STATUSES)[number];

/** A seller lists a product, or takes the listing back. */
export interface ListingEvent {
  readonly sellerId: string;
  readonly productId: string;
  readonly status: ListingStatus;
  /** When it happened, Unix epoch milliseconds. */
  readonly eventTimeMs: number;
}

const statuses = new EnumNames<ListingStatus, Code>(
  'LISTING_STATUS_',
  { listed: Code.LISTED, withdrawn: Code.WITHDRAWN },
  'listed',
);

const checked = (
  source: RecordSource,
  sellerId: unknown,
  productId: unknown,
  status: unknown,
  timeMs: unknown,
  time?: unknown,
): ListingEvent => ({
  sellerId: requiredId(source, 'seller_id', sellerId),
  productId: requiredId(source, 'product_id', productId),
  status: statuses.read(source, 'status', status),
  eventTimeMs: eventTime(source, timeMs, time),
});

const codec: MessageCodec<ListingEvent> = {
  type: 'thaw.events.v1.Listing',
  key: (event) => event.sellerId,
  fromJson: (source, json) =>
    checked(
      source,
      either(source, 'seller_id', json['seller_id'], json['sellerId']),
      either(source, 'product_id', json['product_id'], json['productId']),
      json['status'],
      either(source, 'event_time_ms', json['event_time_ms'], json['eventTimeMs']),
      either(source, 'event_time', json['event_time'], json['eventTime']),
    ),
  fromProtobuf: (source, reader) => {
    const message = Listing.decode(reader);
    const timeMs = reader.presentDouble(message.eventTimeMs);
    return checked(source, message.sellerId, message.productId, message.status, timeMs);
  },
  check: (source, event) => checked(source, event.sellerId, event.productId, event.status, event.eventTimeMs),
  toJson: (event) => ({
    seller_id: event.sellerId,
    product_id: event.productId,
    status: event.status,
    event_time_ms: event.eventTimeMs,
  }),
  toProtobuf: (event, writer) =>
    withExplicitTime(Listing.encode({ ...event, status: statuses.code(event.status) }, writer), 4, event.eventTimeMs),
};

/** @throws DecodeError where the record is no listing */
export function decodeListing(value: Buffer | null, headers?: RecordHeaders): ListingEvent {
  return decodeRecord(codec, value, headers);
}

/** A record for the topic `listings`. @throws DecodeError where the event breaks a limit */
export function encodeListing(event: ListingEvent, encoding: Encoding = 'json'): EncodedRecord {
  return encodeRecord(codec, event, encoding);
}
