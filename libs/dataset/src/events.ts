import {
  INTERACTION_TYPES,
  ThawError,
  type InteractionEvent,
  type InteractionType,
  type ListingEvent,
  type ProductEvent,
} from '@thaw/contracts';
import type { ReadOptions } from './bad-row.js';
import { readInteractions, readListings, readProducts } from './readers.js';
import type { InteractionRow, ListingRow, ProductRow } from './rows.js';

/** One event of the log that a data set stands for, and the topic it belongs to. */
export type DatasetEvent =
  | { readonly topic: 'products'; readonly value: ProductEvent }
  | { readonly topic: 'listings'; readonly value: ListingEvent }
  | { readonly topic: 'interactions'; readonly value: InteractionEvent };

type TimedEvent = Exclude<DatasetEvent, { topic: 'products' }>;

/**
 * The contract's interaction type for a source's word. All types count alike, so a word that the contract does not know
 * is no reason to lose the row: a review stands for the purchase before it, anything else for a view.
 */
export function interactionType(word: string): InteractionType {
  const lower = word.toLowerCase();
  if (lower === 'review') return 'purchase';
  return INTERACTION_TYPES.find((type) => type === lower) ?? 'view';
}

const fromProduct = (row: ProductRow, eventTimeMs: number): DatasetEvent => ({
  topic: 'products',
  value: { ...row, status: 'active', eventTimeMs },
});

const fromListing = ({ sellerId, productId, timeMs }: ListingRow): TimedEvent => ({
  topic: 'listings',
  value: { sellerId, productId, status: 'listed', eventTimeMs: timeMs },
});

const fromInteraction = ({ customerId, productId, type, timeMs }: InteractionRow): TimedEvent => ({
  topic: 'interactions',
  value: { customerId, productId, type: interactionType(type), eventTimeMs: timeMs },
});

/** A stream of events with a look at the next one, which insists on time order. */
class Peekable<T> {
  private next: IteratorResult<T, unknown> | undefined;
  private lastMs = -Infinity;

  constructor(
    private readonly name: string,
    private readonly rows: AsyncGenerator<T>,
    private readonly timeOf: (row: T) => number,
  ) {}

  /** The time of the next row; Infinity at the end. */
  async peek(): Promise<number> {
    this.next ??= await this.rows.next();
    if (this.next.done === true) return Infinity;
    const ms = this.timeOf(this.next.value);
    if (ms < this.lastMs) {
      throw new ThawError(
        'DATASET_INVALID',
        `${this.name}: a row of ${new Date(ms).toISOString()} follows one of ${new Date(this.lastMs).toISOString()}. ` +
          'Sort the file by timestamp: events are read as they would have arrived.',
      );
    }
    this.lastMs = ms;
    return ms;
  }

  take(): T {
    const result = this.next;
    if (result === undefined || result.done === true) throw new ThawError('INTERNAL', `${this.name}: take before peek`);
    this.next = undefined;
    return result.value;
  }

  async close(): Promise<void> {
    await this.rows.return(undefined);
  }
}

/**
 * The event log of a data set in time order: first every product, then listings and interactions merged by time, a
 * listing before an interaction of the same time. Products carry the time of the log's first event (the format knows
 * no better), so that reading twice gives the same events. Test listings are not part of it. Memory stays bounded.
 *
 * @throws ThawError DATASET_NOT_FOUND when a file is missing; DATASET_INVALID when one is broken or out of time order,
 *   and, without `onBadRow`, at the first bad row.
 */
export async function* readEvents(folder: string, options: ReadOptions = {}): AsyncGenerator<DatasetEvent> {
  const listings = new Peekable('listings', readListings(folder, options), (row) => row.timeMs);
  const interactions = new Peekable('interactions', readInteractions(folder, options), (row) => row.timeMs);
  try {
    const firstMs = Math.min(await listings.peek(), await interactions.peek());
    const productMs = Number.isFinite(firstMs) ? firstMs : 0;
    for await (const row of readProducts(folder, options)) yield fromProduct(row, productMs);
    for (;;) {
      const listingMs = await listings.peek();
      const interactionMs = await interactions.peek();
      if (listingMs === Infinity && interactionMs === Infinity) return;
      yield listingMs <= interactionMs ? fromListing(listings.take()) : fromInteraction(interactions.take());
    }
  } finally {
    await Promise.all([listings.close(), interactions.close()]);
  }
}
