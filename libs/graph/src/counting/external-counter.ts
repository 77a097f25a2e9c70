import { grown } from '../state/growable.js';
import type { CoInteractionCounter, CounterStats } from './counter.js';
import { EdgeCounts } from './edge-counts.js';

/**
 * Takes finished counts from elsewhere: a distributed engine counts what is too much for one machine and writes each
 * pair's count to the compacted topic `co-interactions`. The count of a product with itself is its number of customers.
 *
 * In memory are the edges only; counts under the threshold are in the store.
 */
export class ExternalCounter implements CoInteractionCounter {
  readonly dirtyProducts: number[] = [];
  #edges = new EdgeCounts();
  #customers = new Uint32Array(1024);
  #threshold: number;
  #increments = 0;
  #decrements = 0;

  constructor(options: { readonly threshold: number }) {
    this.#threshold = options.threshold;
  }

  get edges(): EdgeCounts {
    return this.#edges;
  }

  /** Sets the count of a pair (a < b), or with a = b the customers of a product. */
  setCount(a: number, b: number, count: number): void {
    if (a === b) this.#setCustomers(a, count);
    else this.#setPair(a, b, count);
  }

  /** Forgets all counts and starts over under another threshold; every count is to be set again. */
  reset(threshold: number): void {
    this.#threshold = threshold;
    this.#edges = new EdgeCounts();
  }

  customers(product: number): number {
    return this.#customers[product] ?? 0;
  }

  count(a: number, b: number): number {
    return this.#edges.get(Math.min(a, b), Math.max(a, b));
  }

  clearDirty(): void {
    this.dirtyProducts.length = 0;
    this.#edges.clearDirty();
  }

  get stats(): CounterStats {
    return {
      customers: 0,
      interactions: 0,
      increments: this.#increments,
      decrements: this.#decrements,
      pairs: this.#edges.size,
      memoryBytes: this.#edges.sizeBytes + this.#customers.byteLength,
    };
  }

  #setCustomers(product: number, count: number): void {
    this.#customers = grown(this.#customers, product + 1);
    this.#customers[product] = count;
    this.dirtyProducts.push(product);
  }

  #setPair(a: number, b: number, count: number): void {
    const before = this.#edges.get(a, b);
    if (count > before) this.#increments += count - Math.max(before, 0);
    else this.#decrements += before - count;
    if (count >= this.#threshold) {
      if (before < 0) this.#edges.add(a, b, count);
      else this.#edges.update(a, b, before, count);
    } else if (before >= 0) this.#edges.remove(a, b);
  }
}
