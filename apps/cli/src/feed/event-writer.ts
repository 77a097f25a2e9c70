import {
  type CustomerErasureEvent,
  type EncodedRecord,
  type InputTopic,
  type InteractionEvent,
  type ListingEvent,
  type ProductEvent,
  encodeCustomerErasure,
  encodeInteraction,
  encodeListing,
  encodeProduct,
  prefixedTopic,
  topic,
} from '@thaw/contracts';
import { type RecordSink, type SinkRecord, partitionForKey } from '@thaw/kafka';

/** An event and the topic that it goes to. */
export type FeedEvent =
  | { readonly topic: 'products'; readonly value: ProductEvent }
  | { readonly topic: 'listings'; readonly value: ListingEvent }
  | { readonly topic: 'interactions'; readonly value: InteractionEvent }
  | { readonly topic: 'erasures'; readonly value: CustomerErasureEvent };

export type FeedTopic = FeedEvent['topic'];

/** JSON without a content type is what people see with any Kafka tool, and the smaller record by its header. */
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

/** Puts events onto their topics, partitioned by key as every Kafka client does it. */
export class EventWriter {
  private readonly written: Record<FeedTopic, number> = { products: 0, listings: 0, interactions: 0, erasures: 0 };

  constructor(
    private readonly sink: RecordSink,
    private readonly topicPrefix: string,
  ) {}

  /** Events acknowledged so far, by topic. */
  get acknowledged(): Readonly<Record<FeedTopic, number>> {
    return this.written;
  }

  get total(): number {
    return Object.values(this.written).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when all events are acknowledged. Calls may overlap: await `writable()` of the sink in between. */
  async write(events: readonly FeedEvent[]): Promise<void> {
    const byTopic = new Map<FeedTopic, SinkRecord[]>();
    for (const event of events) {
      let records = byTopic.get(event.topic);
      if (records === undefined) byTopic.set(event.topic, (records = []));
      const { key, value } = encode(event);
      records.push({ key, value, partition: partitionForKey(key, partitionsOf(event.topic)) });
    }
    await Promise.all(
      [...byTopic].map(async ([name, records]) => {
        await this.sink.send(prefixedTopic(this.topicPrefix, name), records);
        this.written[name] += records.length;
      }),
    );
  }
}

const partitionsOf = (name: InputTopic): number => topic(name).partitions;
