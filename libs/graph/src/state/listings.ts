import { grown } from './growable.js';
import { ListPool } from './list-pool.js';
import { PairTable } from './pair-table.js';

export type ListingOutcome = 'changed' | 'refreshed' | 'duplicate' | 'late';

/** A listing before the first event of a batch that touched it. */
export interface ListingBefore {
  readonly seller: number;
  readonly product: number;
  readonly listed: boolean;
  readonly timeMs: number;
}

/**
 * Listings as a last-writer-wins set by event time; at equal times a withdrawal wins. A withdrawn listing is kept with
 * its time, so that an older event that arrives late cannot bring it back.
 *
 * Sellers and products are interner numbers.
 */
export class Listings {
  readonly #index = new PairTable();
  #times = new Float64Array(1024);
  #listed = new Uint8Array(1024);
  readonly #sellersOf = new ListPool();
  #active = 0;
  readonly #before = new Map<number, ListingBefore>();

  /** Listings in force. */
  get active(): number {
    return this.#active;
  }

  get sizeBytes(): number {
    return this.#index.sizeBytes + this.#times.byteLength + this.#listed.byteLength + this.#sellersOf.sizeBytes;
  }

  /** What each listing touched since the last `clearDirty` was before; a new one was not listed, at time -Infinity. */
  get dirty(): IterableIterator<ListingBefore> {
    return this.#before.values();
  }

  clearDirty(): void {
    this.#before.clear();
  }

  apply(seller: number, product: number, listed: boolean, timeMs: number): ListingOutcome {
    const row = this.#index.get(seller, product);
    if (row < 0) {
      const added = this.#index.size;
      this.#write(seller, product, added, listed, timeMs);
      this.#before.set(added, { seller, product, listed: false, timeMs: -Infinity });
      return 'changed';
    }
    const wasListed = this.#listed[row] === 1;
    const wasTime = this.#times[row]!;
    if (timeMs < wasTime) return 'late';
    if (timeMs === wasTime && (listed === wasListed || listed)) return 'duplicate';
    if (!this.#before.has(row)) this.#before.set(row, { seller, product, listed: wasListed, timeMs: wasTime });
    this.#times[row] = timeMs;
    if (listed === wasListed) return 'refreshed';
    this.#listed[row] = listed ? 1 : 0;
    if (listed) this.#sellersOf.push(product, seller);
    else this.#sellersOf.swapRemove(product, this.#sellersOf.indexOf(product, seller));
    this.#active += listed ? 1 : -1;
    return 'changed';
  }

  /** Puts a stored listing back; it is not dirty. */
  restore(seller: number, product: number, listed: boolean, timeMs: number): void {
    this.#write(seller, product, this.#index.size, listed, timeMs);
  }

  /** Sellers that list the product now. */
  count(product: number): number {
    return this.#sellersOf.length(product);
  }

  isListed(seller: number, product: number): boolean {
    const row = this.#index.get(seller, product);
    return row >= 0 && this.#listed[row] === 1;
  }

  /** Event time of the listing or of its withdrawal, epoch milliseconds. Needs a pair that was seen. */
  timeMs(seller: number, product: number): number {
    return this.#times[this.#index.get(seller, product)]!;
  }

  /** The sellers that list the product now, in no particular order. */
  sellersOf(product: number): Uint32Array {
    return this.#sellersOf.slice(product);
  }

  #write(seller: number, product: number, row: number, listed: boolean, timeMs: number): void {
    this.#index.set(seller, product, row);
    this.#times = grown(this.#times, row + 1);
    this.#listed = grown(this.#listed, row + 1);
    this.#times[row] = timeMs;
    this.#listed[row] = listed ? 1 : 0;
    if (!listed) return;
    this.#sellersOf.push(product, seller);
    this.#active += 1;
  }
}
