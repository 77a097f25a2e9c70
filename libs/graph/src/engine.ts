import type {
  CoInteractionCountEvent,
  CustomerErasureEvent,
  graph,
  InteractionEvent,
  ListingEvent,
  ProductEvent,
} from '@thaw/contracts';
import type { HistoryOutcome } from './counting/histories.js';
import { isFutureDated } from './future-dated.js';
import type { GraphStore, Mutation } from './port.js';
import { decodeNumber, numberKey } from './rows.js';
import { BatchWriter } from './batch-writer.js';
import type { GraphState } from './state.js';
import type { CatalogueOutcome } from './state/catalogue.js';
import type { ListingOutcome } from './state/listings.js';

/** The event is dated further ahead of its record than the settings allow: nothing was done with it. */
type FutureDated = 'future_dated';

export type InteractionOutcome = HistoryOutcome | 'erased' | FutureDated;
export type ErasureOutcome = 'erased' | 'duplicate' | FutureDated;

/** What a batch of events did. */
export interface SettledBatch {
  /** In order, numbered without a gap from the sequence before. */
  readonly changes: readonly graph.GraphChange[];
  /** What is to be committed, in one piece, before any of the changes is published. */
  readonly mutations: readonly Mutation[];
}

/**
 * Takes events one at a time into the state in memory and, at the end of a batch, says what the reduced graph's readers
 * must be told and what must be stored.
 *
 * Time comes in with each event's record (its Kafka timestamp), so that a replay of the topics decides as the first run
 * did.
 */
export class GraphEngine {
  /** Events that were older than another of the same customer that had come before. */
  outOfOrder = 0;
  /** Interactions and listings of products that were not in the catalogue. */
  unknownProducts = 0;
  readonly #writer: BatchWriter;

  constructor(readonly state: GraphState) {
    this.#writer = new BatchWriter(state);
  }

  interaction(event: InteractionEvent, recordTimeMs: number): InteractionOutcome {
    const { state } = this;
    if (this.#isFuture(event.eventTimeMs, recordTimeMs)) return 'future_dated';
    if (state.counting.kind !== 'embedded') throw new TypeError('the external counter takes no interactions');
    const { counter } = state.counting;
    const { customerId, productId, eventTimeMs } = event;
    if (state.erasures.size > 0 && eventTimeMs <= this.#erasedUntil(customerId)) return 'erased';
    const customer = state.customerIds.intern(customerId);
    const product = this.#product(productId);
    if (eventTimeMs < counter.histories.newest(customer)) this.outOfOrder += 1;
    if (!state.catalogue.isActive(product)) this.unknownProducts += 1;
    const outcome = counter.interact(customer, product, eventTimeMs);
    if (outcome === 'added' || outcome === 'refreshed') this.#writer.customers.add(customer);
    return outcome;
  }

  listing(event: ListingEvent, recordTimeMs: number): ListingOutcome | FutureDated {
    const { state } = this;
    if (this.#isFuture(event.eventTimeMs, recordTimeMs)) return 'future_dated';
    const product = this.#product(event.productId);
    if (!state.catalogue.isActive(product)) this.unknownProducts += 1;
    const before = state.sellerIds.size;
    const seller = state.sellerIds.intern(event.sellerId);
    if (state.sellerIds.size > before) this.#writer.newSellers.push(seller);
    return state.listings.apply(seller, product, event.status === 'listed', event.eventTimeMs);
  }

  product(event: ProductEvent, recordTimeMs: number): CatalogueOutcome | FutureDated {
    if (this.#isFuture(event.eventTimeMs, recordTimeMs)) return 'future_dated';
    const { categoryId, title, description, status, eventTimeMs } = event;
    const entry = { categoryId, title, description, active: status === 'active', timeMs: eventTimeMs };
    return this.state.catalogue.apply(this.#product(event.productId), entry);
  }

  erasure(event: CustomerErasureEvent, recordTimeMs: number): ErasureOutcome {
    const { state } = this;
    if (this.#isFuture(event.eventTimeMs, recordTimeMs)) return 'future_dated';
    if (!state.erasures.apply(event.customerId, event.eventTimeMs)) return 'duplicate';
    this.#untilMs.delete(event.customerId);
    const customer = state.customerIds.find(event.customerId);
    if (customer === undefined || state.counting.kind !== 'embedded') return 'erased';
    const { counter } = state.counting;
    counter.forget(customer, event.eventTimeMs);
    this.#writer.customers.add(customer);
    if (counter.histories.held(customer) === 0) state.customerIds.release(customer);
    return 'erased';
  }

  /** A finished count from a distributed counter. */
  coInteraction(event: CoInteractionCountEvent): 'counted' {
    const { state } = this;
    if (state.counting.kind !== 'external') throw new TypeError('the embedded counter takes no finished counts');
    const p = this.#product(event.productIdA);
    const q = this.#product(event.productIdB);
    const [a, b] = p < q ? [p, q] : [q, p];
    state.counting.counter.setCount(a, b, event.count);
    this.#writer.pairCounts.push([a, b, event.count]);
    return 'counted';
  }

  /**
   * Ends a batch: the reduced graph is brought up to date.
   *
   * @param causedAtMs The newest Kafka timestamp of the batch, epoch milliseconds.
   */
  endBatch(causedAtMs: number): SettledBatch {
    return this.#writer.settle(causedAtMs);
  }

  /** After the settings changed under a loaded state: settles every product again and stores the settings. */
  settleAll(causedAtMs: number, rearranged: readonly number[]): SettledBatch {
    for (const customer of rearranged) this.#writer.customers.add(customer);
    for (let product = 0; product < this.state.productIds.capacity; product++) this.#writer.touched.push(product);
    return this.#writer.settle(causedAtMs);
  }

  /**
   * Customers whose history holds both products now, exact; undefined where only the store knows (an external count
   * under the threshold) or a product was never seen.
   */
  count(productIdA: string, productIdB: string): number | undefined {
    const a = this.state.productIds.find(productIdA);
    const b = this.state.productIds.find(productIdB);
    if (a === undefined || b === undefined) return undefined;
    const count = this.state.counting.counter.count(a, b);
    return count < 0 ? undefined : count;
  }

  /** The count that the store has of a pair, for the external counter, which keeps edges alone in memory. */
  async storedCount(store: GraphStore, productIdA: string, productIdB: string): Promise<number> {
    const a = this.state.productIds.find(productIdA);
    const b = this.state.productIds.find(productIdB);
    if (a === undefined || b === undefined) return 0;
    const row = await store.get('pairCounts', numberKey(Math.min(a, b), Math.max(a, b)));
    return row === undefined ? 0 : decodeNumber(row);
  }

  /** Erasure times by customer id, of the customers seen since the start: a hash an event would be dear. */
  readonly #untilMs = new Map<string, number>();

  #erasedUntil(customerId: string): number {
    const known = this.#untilMs.get(customerId);
    if (known !== undefined) return known;
    const untilMs = this.state.erasures.untilMs(customerId);
    if (this.#untilMs.size >= LARGEST_CACHE) this.#untilMs.clear();
    this.#untilMs.set(customerId, untilMs);
    return untilMs;
  }

  #product(productId: string): number {
    const { productIds } = this.state;
    const before = productIds.size;
    const product = productIds.intern(productId);
    if (productIds.size > before) this.#writer.newProducts.push(product);
    return product;
  }

  #isFuture(eventTimeMs: number, recordTimeMs: number): boolean {
    return isFutureDated(eventTimeMs, recordTimeMs, this.state.settings);
  }
}

/** Customers whose erasure time is remembered without hashing. */
const LARGEST_CACHE = 100_000;
