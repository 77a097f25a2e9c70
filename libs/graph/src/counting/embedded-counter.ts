import { grown } from '../state/growable.js';
import { ListPool } from '../state/list-pool.js';
import { PairSketch } from '../state/pair-sketch.js';
import type { CoInteractionCounter, CounterStats } from './counter.js';
import { EdgeCounts } from './edge-counts.js';
import { Histories, type HistoryLimits, type HistoryListener, type HistoryOutcome } from './histories.js';

/** A sketch fuller than this is doubled: beyond it too many pairs share a cell. */
const FULLEST_SKETCH = 0.5;
const LARGEST_SKETCH_CELLS = 2 ** 31;

/**
 * Counts distinct co-interactions from histories, exactly, without storing a count for each pair.
 *
 * count(p, q) is the size of the intersection of two sorted lists: the customers whose history holds p and those with q. Four pairs in
 * five are touched once and never again, so counts are not written down pair by pair: a sketch (a byte a pair or less)
 * bounds each count from above, and only where the bound reaches the threshold are the two lists intersected. A pair at
 * or over the threshold is an edge and carries its exact count from then on, until it falls below.
 */
export class EmbeddedCounter implements CoInteractionCounter, HistoryListener {
  readonly dirtyProducts: number[] = [];
  readonly histories: Histories;
  /** For each product the customers whose history holds it, ascending. */
  #postings = new ListPool();
  /** For each product its customers, with those of whose history it has faded. */
  #customers = new Uint32Array(0);
  #edges = new EdgeCounts();
  #sketch: PairSketch;
  #threshold: number;
  #increments = 0;
  #decrements = 0;

  constructor(options: {
    readonly limits: HistoryLimits;
    readonly threshold: number;
    readonly sketchCells: number;
    readonly idOf: (product: number) => string;
  }) {
    this.#threshold = options.threshold;
    this.#sketch = new PairSketch(options.sketchCells, options.threshold);
    this.histories = new Histories(options.limits, options.idOf, this);
  }

  get edges(): EdgeCounts {
    return this.#edges;
  }

  interact(customer: number, product: number, timeMs: number): HistoryOutcome {
    const outcome = this.histories.interact(customer, product, timeMs);
    if (this.#sketch.load > FULLEST_SKETCH && this.#sketch.cellCount < LARGEST_SKETCH_CELLS) {
      this.#resketch(this.#sketch.cellCount * 2);
    }
    return outcome;
  }

  /** Takes back all that the customer contributed at or before `timeMs`. */
  forget(customer: number, timeMs: number): void {
    this.histories.forget(customer, timeMs);
  }

  customers(product: number): number {
    return this.#customers[product] ?? 0;
  }

  count(a: number, b: number): number {
    const known = a < b ? this.#edges.get(a, b) : this.#edges.get(b, a);
    return known >= 0 ? known : this.#intersect(a, b);
  }

  clearDirty(): void {
    this.dirtyProducts.length = 0;
    this.#edges.clearDirty();
  }

  get stats(): CounterStats {
    return {
      customers: this.histories.customers,
      interactions: this.histories.interactions,
      increments: this.#increments,
      decrements: this.#decrements,
      pairs: this.#sketch.estimatePairs(),
      memoryBytes:
        this.histories.sizeBytes +
        this.#postings.sizeBytes +
        this.#customers.byteLength +
        this.#edges.sizeBytes +
        this.#sketch.sizeBytes,
    };
  }

  /**
   * Counts everything anew from the histories, under a threshold that may differ from the last. To be called after
   * histories were restored or given other limits. Everything is dirty.
   */
  recount(threshold: number, productCount: number): void {
    this.#threshold = threshold;
    this.#repost(productCount);
    this.#resketch(this.#sketch.cellCount);
    while (this.#sketch.load > FULLEST_SKETCH && this.#sketch.cellCount < LARGEST_SKETCH_CELLS) {
      this.#resketch(this.#sketch.cellCount * 2);
    }
    const edges = new EdgeCounts();
    // Row by row: for product a, a dense row of counts with every later product.
    const row = new Uint32Array(productCount);
    const { products } = this.histories;
    for (let a = 0; a < productCount; a++) {
      if (this.#postings.length(a) < threshold) continue;
      const from = this.#postings.start(a);
      const to = from + this.#postings.length(a);
      for (let at = from; at < to; at++) {
        const customer = this.#postings.data[at]!;
        const start = this.histories.start(customer);
        const end = start + this.histories.length(customer);
        for (let entry = start; entry < end; entry++) {
          const b = products[entry]!;
          if (b > a) row[b]! += 1;
        }
      }
      for (let at = from; at < to; at++) this.#harvest(a, this.#postings.data[at]!, row, edges);
    }
    this.#edges = edges;
  }

  #harvest(a: number, customer: number, row: Uint32Array, edges: EdgeCounts): void {
    const start = this.histories.start(customer);
    const end = start + this.histories.length(customer);
    for (let entry = start; entry < end; entry++) {
      const b = this.histories.products[entry]!;
      if (b <= a || row[b] === 0) continue;
      if (row[b]! >= this.#threshold) edges.add(a, b, row[b]!);
      row[b] = 0;
    }
  }

  gained(_customer: number, product: number): void {
    this.#customers = grown(this.#customers, product + 1);
    this.#customers[product]! += 1;
    this.dirtyProducts.push(product);
  }

  lost(_customer: number, product: number): void {
    this.#customers[product]! -= 1;
    this.dirtyProducts.push(product);
  }

  entered(customer: number, product: number): void {
    const position = this.#postings.lowerBound(product, customer);
    this.#postings.insert(product, position, customer);
    const { products } = this.histories;
    const start = this.histories.start(customer);
    const end = start + this.histories.length(customer);
    this.#increments += end - start - 1;
    for (let at = start; at < end; at++) {
      const other = products[at]!;
      if (other === product) continue;
      const a = other < product ? other : product;
      const b = other < product ? product : other;
      if (this.#sketch.increment(a, b) >= this.#threshold) this.#raise(a, b);
    }
  }

  leaving(customer: number, product: number): void {
    const position = this.#postings.lowerBound(product, customer);
    this.#postings.remove(product, position);
    const { products } = this.histories;
    const start = this.histories.start(customer);
    const end = start + this.histories.length(customer);
    this.#decrements += end - start - 1;
    for (let at = start; at < end; at++) {
      const other = products[at]!;
      if (other === product) continue;
      const a = other < product ? other : product;
      const b = other < product ? product : other;
      if (this.#sketch.decrement(a, b) >= this.#threshold) this.#lower(a, b);
    }
  }

  /** The pair gained a customer, and its cell does not rule out that it is at or over the threshold. */
  #raise(a: number, b: number): void {
    const count = this.#edges.get(a, b);
    if (count >= 0) {
      this.#edges.update(a, b, count, count + 1);
      return;
    }
    const most = Math.min(this.#postings.length(a), this.#postings.length(b));
    if (most < this.#threshold) return;
    const exact = this.#intersect(a, b);
    if (exact >= this.#threshold) this.#edges.add(a, b, exact);
  }

  #lower(a: number, b: number): void {
    const count = this.#edges.get(a, b);
    if (count < 0) return;
    if (count > this.#threshold) this.#edges.update(a, b, count, count - 1);
    else this.#edges.remove(a, b);
  }

  #intersect(p: number, q: number): number {
    const postings = this.#postings;
    const [short, long] = postings.length(p) <= postings.length(q) ? [p, q] : [q, p];
    const { data } = postings;
    let left = postings.start(short);
    const leftEnd = left + postings.length(short);
    let right = postings.start(long);
    const rightEnd = right + postings.length(long);
    const stride = Math.floor((rightEnd - right) / Math.max(1, leftEnd - left));
    let count = 0;
    for (; left < leftEnd; left++) {
      const wanted = data[left]!;
      // Leap ahead by the mean distance while that does not overshoot, then walk: short lists meet long ones often.
      if (stride > 4) while (right + stride < rightEnd && data[right + stride]! <= wanted) right += stride;
      while (right < rightEnd && data[right]! < wanted) right += 1;
      if (right === rightEnd) break;
      if (data[right] === wanted) count += 1;
    }
    return count;
  }

  #repost(productCount: number): void {
    this.#postings = new ListPool();
    this.#customers = new Uint32Array(productCount);
    const { histories } = this;
    const { products } = histories;
    for (let customer = 0; customer < histories.capacity; customer++) {
      const start = histories.start(customer);
      const length = histories.length(customer);
      const held = histories.held(customer);
      for (let i = 0; i < held; i++) {
        const product = products[start + i]!;
        this.#customers[product]! += 1;
        if (i < length) this.#postings.push(product, customer);
      }
    }
  }

  #resketch(cellCount: number): void {
    const sketch = new PairSketch(cellCount, this.#threshold);
    const { products } = this.histories;
    for (let customer = 0; customer < this.histories.capacity; customer++) {
      const start = this.histories.start(customer);
      const end = start + this.histories.length(customer);
      for (let i = start; i < end; i++) {
        for (let j = i + 1; j < end; j++) {
          const p = products[i]!;
          const q = products[j]!;
          sketch.increment(p < q ? p : q, p < q ? q : p);
        }
      }
    }
    this.#sketch = sketch;
  }
}
