import {
  type CustomerErasureEvent,
  type ListingEvent,
  type ProductEvent,
  prefixedTopic,
  ThawError,
  type graph,
} from '@thaw/contracts';
import type { EventRows } from '@thaw/evaluate';
import type { EventSet, GraphSettings } from '@thaw/graph';
import type { Kafka } from '@thaw/kafka';
import { EventReader } from '../verify/read-events.js';

const TOPICS = ['interactions', 'listings', 'products', 'erasures'] as const;
/** All of them are in memory at once, some 200 bytes each. */
export const MOST_EVENTS = 20_000_000;

export interface LiveOptions {
  readonly kafka: Pick<Kafka, 'offsets' | 'readAll'>;
  readonly topicPrefix: string;
  readonly settings: Pick<GraphSettings, 'maxFutureSkewMs'>;
  /** More records than this are not read. */
  readonly mostEvents: number;
  /** Told how many records there are; the function that it returns is told how many are through. */
  readonly onReading: (total: number) => { update(done: number): void; close(): void };
}

/**
 * Reads the live topics from the first record to where they end now.
 *
 * @throws ThawError REQUEST_INVALID when there are more events than `mostEvents`; KAFKA_OFFSET_OUT_OF_RANGE where
 * records are gone; KAFKA_TOPIC_UNKNOWN
 */
export async function readLiveEvents(options: LiveOptions): Promise<EventRows> {
  const { kafka, topicPrefix, settings, mostEvents, onReading } = options;
  const offsets: graph.InputOffset[] = [];
  for (const name of TOPICS) {
    const topic = prefixedTopic(topicPrefix, name);
    for (const { partition, endOffset } of await kafka.offsets(topic)) {
      offsets.push({ topic, partition, nextOffset: endOffset });
    }
  }
  const reader = await EventReader.open({ kafka, topicPrefix, offsets, settings });
  if (reader.total > mostEvents) {
    throw new ThawError(
      'REQUEST_INVALID',
      `The live topics hold ${reader.total} events, and an evaluation keeps at most ${mostEvents} in memory. ` +
        'Raise --most-events on a machine that has it, or evaluate an export of a part of them.',
      { details: { total: reader.total, mostEvents } },
    );
  }
  const view = onReading(reader.total);
  const { events } = await reader.read((done) => view.update(done)).finally(() => view.close());
  return inForce(events);
}

/**
 * What the events leave: products that are not removed, as last described; listings that were not withdrawn, all of
 * them so that each counts from its first; interactions of customers, without what was erased.
 */
export function inForce({ products, listings, interactions, erasures }: EventSet): EventRows {
  const newest = newestBy(products, ({ productId }: ProductEvent) => productId);
  const pairOf = ({ sellerId, productId }: ListingEvent): string => JSON.stringify([sellerId, productId]);
  const state = newestBy(listings, pairOf);
  const erased = newestBy(erasures, ({ customerId }: CustomerErasureEvent) => customerId);
  return {
    products: [...newest.values()].filter(({ status }) => status === 'active'),
    listings: listings
      .filter((event) => event.status === 'listed' && state.get(pairOf(event))!.status === 'listed')
      .map((event) => ({ ...event, timeMs: event.eventTimeMs })),
    interactions: interactions
      .filter(({ customerId, eventTimeMs }) => eventTimeMs > (erased.get(customerId)?.eventTimeMs ?? -Infinity))
      .map((event) => ({ ...event, timeMs: event.eventTimeMs })),
  };
}

type Stated = { readonly eventTimeMs: number; readonly status?: string };

/** The newest event of each key; at equal times the withdrawal or removal. */
function newestBy<T extends Stated>(events: readonly T[], keyOf: (event: T) => string): Map<string, T> {
  const newest = new Map<string, T>();
  for (const event of events) {
    const known = newest.get(keyOf(event));
    const isLater = known === undefined || event.eventTimeMs > known.eventTimeMs;
    const ends =
      event.eventTimeMs === known?.eventTimeMs && (event.status === 'removed' || event.status === 'withdrawn');
    if (isLater || ends) newest.set(keyOf(event), event);
  }
  return newest;
}
