import { grown } from '../state/growable.js';
import { ListPool } from '../state/list-pool.js';

/** What an interaction did to a history. */
export type HistoryOutcome = 'added' | 'refreshed' | 'duplicate' | 'late';

/**
 * Bounded histories: for each customer the H distinct products with the newest last interaction, by event time, ties by
 * product id (the lesser id stays). Which products those are depends on the set of events only, not on their order.
 *
 * Customers and products are interner numbers; `idOf` gives a product's external id, needed for ties.
 */
export class Histories {
  readonly #lists = new ListPool({ withTimes: true });
  #customers = 0;
  #interactions = 0;
  #newest = new Float64Array(1024);
  #limit: number;

  constructor(
    limit: number,
    readonly idOf: (product: number) => string,
  ) {
    this.#limit = limit;
  }

  /** H: products in a history, at most. */
  get limit(): number {
    return this.#limit;
  }

  get customers(): number {
    return this.#customers;
  }

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

  length(customer: number): number {
    return this.#lists.length(customer);
  }

  /** All products of all histories; a customer's are at `start(customer)` and the following `length(customer)`. */
  get products(): Uint32Array {
    return this.#lists.data;
  }

  /** Last interaction of each, epoch milliseconds, at the same index as `products`. */
  get times(): Float64Array {
    return this.#lists.times;
  }

  start(customer: number): number {
    return this.#lists.start(customer);
  }

  has(customer: number, product: number): boolean {
    return this.#lists.indexOf(customer, product) >= 0;
  }

  /** The newest event time taken from the customer; -Infinity for an empty history. */
  newest(customer: number): number {
    return this.length(customer) === 0 ? -Infinity : this.#newest[customer]!;
  }

  /**
   * Takes one interaction. Before a product leaves, `onEvict(product)` is called with the history still holding it;
   * after a product entered, `onAdd(product)`.
   */
  interact(
    customer: number,
    product: number,
    timeMs: number,
    onEvict: (customer: number, product: number) => void,
    onAdd: (customer: number, product: number) => void,
  ): HistoryOutcome {
    const lists = this.#lists;
    this.#newest = grown(this.#newest, customer + 1);
    if (timeMs > this.newest(customer)) this.#newest[customer] = timeMs;
    const position = lists.indexOf(customer, product);
    if (position >= 0) {
      const at = lists.start(customer) + position;
      if (timeMs <= lists.times[at]!) return 'duplicate';
      lists.times[at] = timeMs;
      return 'refreshed';
    }
    const length = lists.length(customer);
    if (length >= this.#limit) {
      const oldest = this.#oldest(customer);
      if (!this.#isNewer(timeMs, product, lists.start(customer) + oldest)) return 'late';
      this.#evict(customer, oldest, onEvict);
    }
    const at = lists.push(customer, product);
    lists.times[at] = timeMs;
    this.#interactions += 1;
    if (length === 0) this.#customers += 1;
    onAdd(customer, product);
    return 'added';
  }

  /** Takes the products with a last interaction at or before `timeMs` out; `onEvict` as in `interact`. */
  forget(customer: number, timeMs: number, onEvict: (customer: number, product: number) => void): void {
    const lists = this.#lists;
    const before = lists.length(customer);
    if (before === 0) return;
    for (let position = before - 1; position >= 0; position--) {
      if (lists.times[lists.start(customer) + position]! <= timeMs) this.#evict(customer, position, onEvict);
    }
    if (lists.length(customer) === 0) {
      lists.clear(customer);
      this.#customers -= 1;
    }
  }

  /** Sets a lower limit: each longer history loses its oldest. Returns the customers that lost any. */
  shorten(limit: number, onEvict: (customer: number, product: number) => void): number[] {
    this.#limit = limit;
    const shortened: number[] = [];
    for (let customer = 0; customer < this.capacity; customer++) {
      if (this.length(customer) > limit) shortened.push(customer);
      while (this.length(customer) > limit) this.#evict(customer, this.#oldest(customer), onEvict);
    }
    return shortened;
  }

  /** Sets a higher limit. What fell out under the lower one is not known any more. */
  lengthen(limit: number): void {
    this.#limit = limit;
  }

  /** Whether any history holds as many products as the limit allows, so that others may have fallen out. */
  anyFull(): boolean {
    for (let customer = 0; customer < this.capacity; customer++) if (this.length(customer) >= this.#limit) return true;
    return false;
  }

  /** Puts a stored history back. `products` and `times` have equal lengths, not above the limit. */
  restore(customer: number, products: Uint32Array, times: Float64Array): void {
    this.#newest = grown(this.#newest, customer + 1);
    this.#newest[customer] = Math.max(...times);
    for (let index = 0; index < products.length; index++) {
      const at = this.#lists.push(customer, products[index]!);
      this.#lists.times[at] = times[index]!;
    }
    this.#interactions += products.length;
    if (products.length > 0) this.#customers += 1;
  }

  #evict(customer: number, position: number, onEvict: (customer: number, product: number) => void): void {
    onEvict(customer, this.#lists.data[this.#lists.start(customer) + position]!);
    this.#lists.swapRemove(customer, position);
    this.#interactions -= 1;
  }

  #oldest(customer: number): number {
    const start = this.#lists.start(customer);
    const end = start + this.length(customer);
    const { data, times } = this.#lists;
    let oldest = start;
    for (let at = start + 1; at < end; at++) {
      const difference = times[at]! - times[oldest]!;
      if (difference < 0 || (difference === 0 && this.idOf(data[at]!) > this.idOf(data[oldest]!))) oldest = at;
    }
    return oldest - start;
  }

  #isNewer(timeMs: number, product: number, at: number): boolean {
    const difference = timeMs - this.times[at]!;
    return difference > 0 || (difference === 0 && this.idOf(product) < this.idOf(this.products[at]!));
  }
}
