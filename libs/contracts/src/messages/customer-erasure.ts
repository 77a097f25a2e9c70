import { decodeRecord, encodeRecord, type EncodedRecord, type MessageCodec } from '../codec/record.js';
import type { Encoding } from '../codec/encoding.js';
import { eventTime, requiredId } from '../codec/fields.js';
import type { RecordHeaders } from '../codec/headers.js';
import { eitherSpelling as either } from '../codec/json.js';
import { withExplicitTime } from '../codec/protobuf.js';
import type { RecordSource } from '../codec/source.js';
import { CustomerErasure } from '../generated/thaw/events/v1/events.js';

/** Forget a customer: interactions of theirs at or before the time are taken back, now and whenever they arrive again. */
export interface CustomerErasureEvent {
  readonly customerId: string;
  /** Unix epoch milliseconds. */
  readonly eventTimeMs: number;
}

const checked = (source: RecordSource, customerId: unknown, timeMs: unknown, time?: unknown): CustomerErasureEvent => ({
  customerId: requiredId(source, 'customer_id', customerId),
  eventTimeMs: eventTime(source, timeMs, time),
});

const codec: MessageCodec<CustomerErasureEvent> = {
  type: 'thaw.events.v1.CustomerErasure',
  key: (event) => event.customerId,
  fromJson: (source, json) =>
    checked(
      source,
      either(source, 'customer_id', json['customer_id'], json['customerId']),
      either(source, 'event_time_ms', json['event_time_ms'], json['eventTimeMs']),
      either(source, 'event_time', json['event_time'], json['eventTime']),
    ),
  fromProtobuf: (source, reader) => {
    const message = CustomerErasure.decode(reader);
    return checked(source, message.customerId, reader.presentDouble(message.eventTimeMs));
  },
  check: (source, event) => checked(source, event.customerId, event.eventTimeMs),
  toJson: (event) => ({ customer_id: event.customerId, event_time_ms: event.eventTimeMs }),
  toProtobuf: (event, writer) => withExplicitTime(CustomerErasure.encode(event, writer), 2, event.eventTimeMs),
};

/** @throws DecodeError where the record is no erasure */
export function decodeCustomerErasure(value: Buffer | null, headers?: RecordHeaders): CustomerErasureEvent {
  return decodeRecord(codec, value, headers);
}

/** A record for the topic `erasures`. @throws DecodeError where the event breaks a limit */
export function encodeCustomerErasure(event: CustomerErasureEvent, encoding: Encoding = 'json'): EncodedRecord {
  return encodeRecord(codec, event, encoding);
}
