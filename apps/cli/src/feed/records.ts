import {
  type CustomerErasureEvent,
  type EncodedRecord,
  type InteractionEvent,
  type ListingEvent,
  type ProductEvent,
  encodeCustomerErasure,
  encodeInteraction,
  encodeListing,
  encodeProduct,
  topic,
} from '@thaw/contracts';
import { type SinkRecord, partitionForKey } from '@thaw/kafka';

export const FEED_TOPICS = ['products', 'listings', 'interactions', 'erasures'] as const;
export type FeedTopic = (typeof FEED_TOPICS)[number];

/** An event and the topic that it goes to. */
export type FeedEvent =
  | { readonly topic: 'products'; readonly value: ProductEvent }
  | { readonly topic: 'listings'; readonly value: ListingEvent }
  | { readonly topic: 'interactions'; readonly value: InteractionEvent }
  | { readonly topic: 'erasures'; readonly value: CustomerErasureEvent };

/** Records by the registry's name of their topic, in the order in which they are to be sent. */
export type RecordsByTopic = ReadonlyMap<FeedTopic, readonly SinkRecord[]>;

function encode(event: FeedEvent): EncodedRecord {
  switch (event.topic) {
    case 'products':
      return encodeProduct(event.value);
    case 'listings':
      return encodeListing(event.value);
    case 'interactions':
      return encodeInteraction(event.value);
    case 'erasures':
      return encodeCustomerErasure(event.value);
  }
}

/**
 * The record of an event: JSON, which is what a record without a content type is, so that people can read it with any
 * Kafka tool. Partitioned by key as every Kafka client does it.
 */
export function toRecord(event: FeedEvent): SinkRecord & { readonly key: Buffer; readonly value: Buffer } {
  const { key, value } = encode(event);
  return { key, value, partition: partitionForKey(key, topic(event.topic).partitions) };
}

export function toRecords(events: readonly FeedEvent[]): RecordsByTopic {
  const byTopic = new Map<FeedTopic, SinkRecord[]>();
  for (const event of events) append(byTopic, event.topic, toRecord(event));
  return byTopic;
}

export function append(byTopic: Map<FeedTopic, SinkRecord[]>, name: FeedTopic, record: SinkRecord): void {
  const records = byTopic.get(name);
  if (records === undefined) byTopic.set(name, [record]);
  else records.push(record);
}
