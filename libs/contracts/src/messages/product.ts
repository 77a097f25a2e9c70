import { decodeRecord, encodeRecord, type EncodedRecord, type MessageCodec } from '../codec/record.js';
import type { Encoding } from '../codec/encoding.js';
import { EnumNames } from '../codec/enum-names.js';
import { eventTime, optionalId, requiredId, text } from '../codec/fields.js';
import type { RecordHeaders } from '../codec/headers.js';
import { eitherSpelling as either } from '../codec/json.js';
import { LIMITS } from '../codec/limits.js';
import { withExplicitTime } from '../codec/protobuf.js';
import type { RecordSource } from '../codec/source.js';
import { Product, ProductStatus as Code } from '../generated/thaw/events/v1/events.js';

export const PRODUCT_STATUSES = ['active', 'removed'] as const;
export type ProductStatus = (typeof PRODUCT_STATUSES)[number];

/** A product of the catalogue as it is from now on: the whole record, not a patch. Or its removal. */
export interface ProductEvent {
  readonly productId: string;
  /** May be empty: the product hangs on no category. */
  readonly categoryId: string;
  readonly title: string;
  readonly description: string;
  readonly status: ProductStatus;
  /** When it became so, Unix epoch milliseconds. */
  readonly eventTimeMs: number;
}

const statuses = new EnumNames<ProductStatus, Code>(
  'PRODUCT_STATUS_',
  { active: Code.ACTIVE, removed: Code.REMOVED },
  'active',
);

/** The fields of a product before they are known to be what they should be. */
type Unchecked = Readonly<Record<Exclude<keyof ProductEvent, 'eventTimeMs'>, unknown>>;

const checked = (source: RecordSource, fields: Unchecked, timeMs: unknown, time?: unknown): ProductEvent => ({
  productId: requiredId(source, 'product_id', fields.productId),
  categoryId: optionalId(source, 'category_id', fields.categoryId),
  title: text(source, 'title', fields.title, LIMITS.titleBytes),
  description: text(source, 'description', fields.description, LIMITS.descriptionBytes),
  status: statuses.read(source, 'status', fields.status),
  eventTimeMs: eventTime(source, timeMs, time),
});

const codec: MessageCodec<ProductEvent> = {
  type: 'thaw.events.v1.Product',
  key: (event) => event.productId,
  fromJson: (source, json) =>
    checked(
      source,
      {
        productId: either(source, 'product_id', json['product_id'], json['productId']),
        categoryId: either(source, 'category_id', json['category_id'], json['categoryId']),
        title: json['title'],
        description: json['description'],
        status: json['status'],
      },
      either(source, 'event_time_ms', json['event_time_ms'], json['eventTimeMs']),
      either(source, 'event_time', json['event_time'], json['eventTime']),
    ),
  fromProtobuf: (source, reader) => {
    const message = Product.decode(reader);
    return checked(source, message, reader.presentDouble(message.eventTimeMs));
  },
  check: (source, event) => checked(source, event, event.eventTimeMs),
  toJson: (event) => ({
    product_id: event.productId,
    category_id: event.categoryId,
    title: event.title,
    description: event.description,
    status: event.status,
    event_time_ms: event.eventTimeMs,
  }),
  toProtobuf: (event, writer) =>
    withExplicitTime(Product.encode({ ...event, status: statuses.code(event.status) }, writer), 6, event.eventTimeMs),
};

/** @throws DecodeError where the record is no product */
export function decodeProduct(value: Buffer | null, headers?: RecordHeaders): ProductEvent {
  return decodeRecord(codec, value, headers);
}

/** A record for the topic `products`. @throws DecodeError where the event breaks a limit */
export function encodeProduct(event: ProductEvent, encoding: Encoding = 'json'): EncodedRecord {
  return encodeRecord(codec, event, encoding);
}
