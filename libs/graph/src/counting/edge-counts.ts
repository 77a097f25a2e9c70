import { ListPool } from '../state/list-pool.js';
import { PairTable } from '../state/pair-table.js';
import { halfOctave } from './half-octave.js';

/** The pairs at or over the threshold with their exact counts, and for each product the other ends. */
export class EdgeCounts {
  /** Pairs that crossed the threshold or moved by a half-octave since the last `clearDirty`: a, b, a, b, …; may repeat. */
  readonly dirtyPairs: number[] = [];
  readonly #counts = new PairTable();
  readonly #partners = new ListPool();

  get size(): number {
    return this.#counts.size;
  }

  get sizeBytes(): number {
    return this.#counts.sizeBytes + this.#partners.sizeBytes;
  }

  /** The count of an edge; -1 for a pair under the threshold. Needs a < b. */
  get(a: number, b: number): number {
    return this.#counts.get(a, b);
  }

  add(a: number, b: number, count: number): void {
    this.#counts.set(a, b, count);
    this.#partners.push(a, b);
    this.#partners.push(b, a);
    this.dirtyPairs.push(a, b);
  }

  update(a: number, b: number, before: number, count: number): void {
    this.#counts.set(a, b, count);
    if (halfOctave(before) !== halfOctave(count)) this.dirtyPairs.push(a, b);
  }

  remove(a: number, b: number): void {
    this.#counts.delete(a, b);
    this.#partners.swapRemove(a, this.#partners.indexOf(a, b));
    this.#partners.swapRemove(b, this.#partners.indexOf(b, a));
    this.dirtyPairs.push(a, b);
  }

  /** Marks every edge of the product, so that its place in the reduced graph is decided again. */
  touch(product: number): void {
    const start = this.#partners.start(product);
    const end = start + this.#partners.length(product);
    for (let at = start; at < end; at++) {
      const other = this.#partners.data[at]!;
      this.dirtyPairs.push(Math.min(product, other), Math.max(product, other));
    }
  }

  forEach(visit: (a: number, b: number, count: number) => void): void {
    this.#counts.forEach(visit);
  }

  clearDirty(): void {
    this.dirtyPairs.length = 0;
  }
}
