import { grown } from '../state/growable.js';
import { ListPool } from '../state/list-pool.js';

/** What an interaction did. */
export type HistoryOutcome = 'added' | 'refreshed' | 'duplicate' | 'late';

/** How many distinct products of a customer count, the newest ones. */
export interface HistoryLimits {
  /** H: in the history, whose pairs count. */
  readonly history: number;
  /** With those that count as demand alone; not below `history`. */
  readonly demand: number;
}

/** Is told what changes, with numbers of customer and product. */
export interface HistoryListener {
  /** The history holds it now. */
  entered(customer: number, product: number): void;
  /** The history is about to lose it, and still holds it. */
  leaving(customer: number, product: number): void;
  /** The customer counts among those of the product. */
  gained(customer: number, product: number): void;
  lost(customer: number, product: number): void;
}

/**
 * What customers interacted with. A customer's *history* is the H distinct products with the newest last interaction, by
 * event time, ties by product id (the lesser id stays). Older ones have *faded*: their pairs do not count any more, but
 * the customer still counts as demand for them, up to another limit. Which products those are depends on the set of
 * events only, not on their order.
 *
 * A customer's products are one list: the history first, in no order, then the faded ones.
 *
 * Customers and products are interner numbers; `idOf` gives a product's external id, needed for ties.
 */
export class Histories {
  readonly #lists = new ListPool(2);
  #customers = 0;
  #interactions = 0;
  #newest = new Float64Array(1024);
  #limits: HistoryLimits;

  constructor(
    limits: HistoryLimits,
    readonly idOf: (product: number) => string,
    private readonly listener: HistoryListener,
  ) {
    this.#limits = limits;
  }

  get limits(): HistoryLimits {
    return this.#limits;
  }

  get customers(): number {
    return this.#customers;
  }

  /** (customer, product) pairs in histories. */
  get interactions(): number {
    return this.#interactions;
  }

  get sizeBytes(): number {
    return this.#lists.sizeBytes;
  }

  /** One more than the largest customer with a history. */
  get capacity(): number {
    return this.#lists.capacity;
  }

  /** Products in the customer's history. */
  length(customer: number): number {
    return Math.min(this.#lists.length(customer), this.#limits.history);
  }

  /** Products in the customer's history, and faded ones. */
  held(customer: number): number {
    return this.#lists.length(customer);
  }

  /** All products of all customers; a customer's are at `start(customer)` and the following `held(customer)`. */
  get products(): Uint32Array {
    return this.#lists.data;
  }

  /** Last interaction of each, epoch milliseconds, at the same index as `products`. */
  get times(): Float64Array {
    return this.#lists.columns[0]!;
  }

  /**
   * First interaction of each that is known, epoch milliseconds, at the same index as `products`. Unlike the rest it may
   * depend on the order of events: what is forgotten begins anew.
   */
  get firstTimes(): Float64Array {
    return this.#lists.columns[1]!;
  }

  start(customer: number): number {
    return this.#lists.start(customer);
  }

  /** Whether the history holds the product. */
  has(customer: number, product: number): boolean {
    const position = this.#lists.indexOf(customer, product);
    return position >= 0 && position < this.#limits.history;
  }

  /** The newest event time taken from the customer; -Infinity for an empty history. */
  newest(customer: number): number {
    return this.held(customer) === 0 ? -Infinity : this.#newest[customer]!;
  }

  interact(customer: number, product: number, timeMs: number): HistoryOutcome {
    this.#newest = grown(this.#newest, customer + 1);
    if (timeMs > this.newest(customer)) this.#newest[customer] = timeMs;
    const position = this.#lists.indexOf(customer, product);
    return position >= 0 ? this.#touch(customer, position, timeMs) : this.#take(customer, product, timeMs);
  }

  /** Takes out what was touched last at or before `timeMs`. */
  forget(customer: number, timeMs: number): void {
    const lists = this.#lists;
    const { times, firstTimes, listener } = this;
    const before = this.held(customer);
    if (before === 0) return;
    // From the end, so that faded ones go first: they are the oldest, and none is left when the history loses its first.
    for (let position = before - 1; position >= 0; position--) {
      const at = lists.start(customer) + position;
      if (times[at]! > timeMs) {
        if (firstTimes[at]! <= timeMs) firstTimes[at] = times[at]!;
        continue;
      }
      const product = lists.data[at]!;
      if (position < this.#limits.history) this.#leave(customer, product);
      lists.swapRemove(customer, position);
      listener.lost(customer, product);
    }
    if (this.held(customer) === 0) {
      lists.clear(customer);
      this.#customers -= 1;
    }
  }

  /**
   * Sets other limits, without a word to the listener. What had been left out under the old ones is not known any more.
   *
   * @returns the customers whose products have changed
   */
  relimit(limits: HistoryLimits): number[] {
    const old = this.#limits;
    const changed: number[] = [];
    this.#interactions = 0;
    for (let customer = 0; customer < this.capacity; customer++) {
      const held = this.held(customer);
      if (held > Math.min(limits.history, old.history) || held > limits.demand) {
        this.#order(customer);
        for (let length = held; length > limits.demand; length--) this.#lists.remove(customer, length - 1);
        changed.push(customer);
      }
      this.#interactions += Math.min(this.held(customer), limits.history);
    }
    this.#limits = limits;
    return changed;
  }

  /** Whether a customer has as many products as are kept, so that others may have been left out. */
  anyFull(): boolean {
    const { demand } = this.#limits;
    for (let customer = 0; customer < this.capacity; customer++) if (this.held(customer) >= demand) return true;
    return false;
  }

  /** Puts a stored list back, without a word to the listener. All of one length, not above the limit. */
  restore(customer: number, products: Uint32Array, times: Float64Array, firstTimes: Float64Array): void {
    this.#newest = grown(this.#newest, customer + 1);
    this.#newest[customer] = times.reduce((newest, time) => Math.max(newest, time), -Infinity);
    for (let index = 0; index < products.length; index++) {
      this.#push(customer, products[index]!, times[index]!, firstTimes[index]!);
    }
    this.#interactions += this.length(customer);
    if (products.length > 0) this.#customers += 1;
  }

  /** An interaction with a product that the customer has already. */
  #touch(customer: number, position: number, timeMs: number): HistoryOutcome {
    const { times, firstTimes } = this;
    const at = this.start(customer) + position;
    const isFirst = timeMs < firstTimes[at]!;
    if (isFirst) firstTimes[at] = timeMs;
    if (timeMs <= times[at]!) return isFirst ? 'refreshed' : 'duplicate';
    times[at] = timeMs;
    return position >= this.#limits.history && this.#revive(customer, position) ? 'added' : 'refreshed';
  }

  /** An interaction with a product that the customer does not have. */
  #take(customer: number, product: number, timeMs: number): HistoryOutcome {
    const lists = this.#lists;
    const { history, demand } = this.#limits;
    const length = lists.length(customer);
    if (length >= demand) {
      const last = this.#oldest(customer, demand > history ? history : 0, length);
      if (!this.#isNewer(timeMs, product, lists.start(customer) + last)) return 'late';
      const oldest = lists.data[lists.start(customer) + last]!;
      if (last < history) this.#leave(customer, oldest);
      lists.swapRemove(customer, last);
      this.listener.lost(customer, oldest);
    }
    const position = lists.length(customer);
    this.#push(customer, product, timeMs, timeMs);
    if (length === 0) this.#customers += 1;
    this.listener.gained(customer, product);
    if (position < history) this.#enter(customer, product);
    else this.#revive(customer, position);
    return 'added';
  }

  /** Has a faded product change places with the oldest of the history, where it is newer. @returns whether it is */
  #revive(customer: number, position: number): boolean {
    const lists = this.#lists;
    const start = lists.start(customer);
    const product = lists.data[start + position]!;
    const oldest = this.#oldest(customer, 0, this.#limits.history);
    if (!this.#isNewer(this.times[start + position]!, product, start + oldest)) return false;
    this.#leave(customer, lists.data[start + oldest]!);
    lists.swap(customer, oldest, position);
    this.#enter(customer, product);
    return true;
  }

  #enter(customer: number, product: number): void {
    this.#interactions += 1;
    this.listener.entered(customer, product);
  }

  #leave(customer: number, product: number): void {
    this.#interactions -= 1;
    this.listener.leaving(customer, product);
  }

  #push(customer: number, product: number, timeMs: number, firstMs: number): void {
    const at = this.#lists.push(customer, product);
    this.times[at] = timeMs;
    this.firstTimes[at] = firstMs;
  }

  /** The position of the oldest of those from `from` to before `to`. */
  #oldest(customer: number, from: number, to: number): number {
    const start = this.start(customer);
    const { products, times } = this;
    let oldest = start + from;
    for (let at = oldest + 1; at < start + to; at++) {
      const difference = times[at]! - times[oldest]!;
      if (difference < 0 || (difference === 0 && this.idOf(products[at]!) > this.idOf(products[oldest]!))) oldest = at;
    }
    return oldest - start;
  }

  #isNewer(timeMs: number, product: number, at: number): boolean {
    const difference = timeMs - this.times[at]!;
    return difference > 0 || (difference === 0 && this.idOf(product) < this.idOf(this.products[at]!));
  }

  /** Orders a customer's products, the newest first. */
  #order(customer: number): void {
    const lists = this.#lists;
    const start = lists.start(customer);
    const entries = Array.from({ length: lists.length(customer) }, (_, i) => ({
      product: lists.data[start + i]!,
      values: lists.columns.map((column) => column[start + i]!),
    }));
    entries.sort((p, q) => q.values[0]! - p.values[0]! || (this.idOf(p.product) < this.idOf(q.product) ? -1 : 1));
    entries.forEach(({ product, values }, i) => {
      lists.data[start + i] = product;
      values.forEach((value, column) => (lists.columns[column]![start + i] = value));
    });
  }
}
