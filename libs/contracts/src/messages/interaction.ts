import { decodeRecord, encodeRecord, type EncodedRecord, type MessageCodec } from '../codec/record.js';
import type { Encoding } from '../codec/encoding.js';
import { EnumNames } from '../codec/enum-names.js';
import { eventTime, requiredId } from '../codec/fields.js';
import type { RecordHeaders } from '../codec/headers.js';
import { eitherSpelling as either } from '../codec/json.js';
import { withExplicitTime } from '../codec/protobuf.js';
import type { RecordSource } from '../codec/source.js';
import { Interaction, InteractionType as Code } from '../generated/thaw/events/v1/events.js';

export const INTERACTION_TYPES = ['view', 'click', 'cart', 'purchase'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

/** A customer interacted with a product. */
export interface InteractionEvent {
  readonly customerId: string;
  readonly productId: string;
  readonly type: InteractionType;
  /** When it happened, Unix epoch milliseconds. */
  readonly eventTimeMs: number;
}

const types = new EnumNames<InteractionType, Code>('INTERACTION_TYPE_', {
  view: Code.VIEW,
  click: Code.CLICK,
  cart: Code.CART,
  purchase: Code.PURCHASE,
});

const checked = (
  source: RecordSource,
  customerId: unknown,
  productId: unknown,
  type: unknown,
  timeMs: unknown,
  time?: unknown,
): InteractionEvent => ({
  customerId: requiredId(source, 'customer_id', customerId),
  productId: requiredId(source, 'product_id', productId),
  type: types.read(source, 'type', type),
  eventTimeMs: eventTime(source, timeMs, time),
});

const codec: MessageCodec<InteractionEvent> = {
  type: 'thaw.events.v1.Interaction',
  key: (event) => event.customerId,
  fromJson: (source, json) =>
    checked(
      source,
      either(source, 'customer_id', json['customer_id'], json['customerId']),
      either(source, 'product_id', json['product_id'], json['productId']),
      json['type'],
      either(source, 'event_time_ms', json['event_time_ms'], json['eventTimeMs']),
      either(source, 'event_time', json['event_time'], json['eventTime']),
    ),
  fromProtobuf: (source, reader) => {
    const message = Interaction.decode(reader);
    const timeMs = reader.presentDouble(message.eventTimeMs);
    return checked(source, message.customerId, message.productId, message.type, timeMs);
  },
  check: (source, event) => checked(source, event.customerId, event.productId, event.type, event.eventTimeMs),
  toJson: (event) => ({
    customer_id: event.customerId,
    product_id: event.productId,
    type: event.type,
    event_time_ms: event.eventTimeMs,
  }),
  toProtobuf: (event, writer) =>
    withExplicitTime(Interaction.encode({ ...event, type: types.code(event.type) }, writer), 4, event.eventTimeMs),
};

/** @throws DecodeError where the record is no interaction */
export function decodeInteraction(value: Buffer | null, headers?: RecordHeaders): InteractionEvent {
  return decodeRecord(codec, value, headers);
}

/** A record for the topic `interactions`. @throws DecodeError where the event breaks a limit */
export function encodeInteraction(event: InteractionEvent, encoding: Encoding = 'json'): EncodedRecord {
  return encodeRecord(codec, event, encoding);
}
