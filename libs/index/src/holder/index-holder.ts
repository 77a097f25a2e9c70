import { setImmediate } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import type { ServingIndex } from '../serving/serving-index.js';
import type { VectorChange } from '../types.js';
import { Journal } from './journal.js';
import type { Lease, Servable } from './servable.js';
import { Slot } from './slot.js';

export interface HolderOptions {
  /** Changes that may wait for their version; beyond that the oldest are dropped, and counted. */
  readonly maxPendingChanges?: number;
}

const MAX_PENDING_CHANGES = 200_000;
/** Changes replayed before the event loop turns. */
const REPLAY_SLICE = 256;

/**
 * The one reference that is swapped while queries run. A query takes a lease and sees one version from its start to its
 * end; a version is closed when its last lease has ended after the swap.
 */
export class IndexHolder<T extends Servable = ServingIndex> {
  readonly #journal: Journal;
  #slot: Slot<T> | undefined;
  readonly #retiring = new Set<Slot<T>>();
  #swaps: Promise<void> = Promise.resolve();
  /** Vectors that came while their version was being told of the earlier ones. */
  #late: { readonly version: string; readonly changes: VectorChange[] } | undefined;
  #closed = false;

  constructor({ maxPendingChanges = MAX_PENDING_CHANGES }: HolderOptions = {}) {
    this.#journal = new Journal(maxPendingChanges);
  }

  /** The version that serves. */
  get version(): string | undefined {
    return this.#slot?.value.version;
  }

  /** Versions that are swapped out, but still leased. */
  get retiring(): number {
    return this.#retiring.size;
  }

  /** Changes that wait for their version. */
  get pending(): number {
    return this.#journal.size;
  }

  /** Changes dropped since the start, because too many waited. */
  get dropped(): number {
    return this.#journal.dropped;
  }

  /** A lease of the version that serves, or undefined while none does. Release it. */
  current(): Lease<T> | undefined {
    return this.#slot?.lease();
  }

  /** Does `work` with the version that serves, which stays whole until the work is done. Throws ThawError INDEX_NOT_LOADED. */
  async use<R>(work: (value: T) => R | Promise<R>): Promise<R> {
    const lease = this.current();
    if (!lease) throw new ThawError('INDEX_NOT_LOADED', 'no version is served yet: try again when the first is ready');
    try {
      return await work(lease.value);
    } finally {
      lease.release();
    }
  }

  /**
   * Takes a change that was made for a version: at once where that one serves; otherwise it waits, and the version is
   * told before it serves. An id that is gone is gone in every version, until a vector of it comes. Throws what the version's `apply` throws.
   */
  apply(version: string, change: VectorChange): void {
    const serves = this.version === version;
    if (change.vector === null) {
      this.#journal.remove(change.id);
    } else if (serves) {
      this.#journal.revive(change.id);
    } else {
      this.#journal.add(version, change);
      if (this.#late?.version === version) this.#late.changes.push({ id: change.id, vector: change.vector.slice() });
    }
    if (serves || change.vector === null) this.#slot?.value.apply(change);
  }

  /**
   * Makes `next` the version that serves, after telling it what came for it; one swap at a time. The holder owns `next`
   * from now on: it is closed when a later swap has replaced it, or when this one fails.
   */
  swap(next: T): Promise<void> {
    const swap = this.#swaps.then(() => this.#swap(next));
    this.#swaps = swap.catch(() => undefined);
    return swap;
  }

  /** Stops serving, and waits until every lease has ended and every version is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#swaps;
    const slots = [...this.#retiring, ...(this.#slot ? [this.#slot] : [])];
    if (this.#slot) this.#retire(this.#slot);
    this.#slot = undefined;
    await Promise.all(slots.map((slot) => slot.closed));
  }

  async #swap(next: T): Promise<void> {
    try {
      if (next.version === this.version) {
        throw new ThawError('INDEX_INPUT_INVALID', `version ${next.version} serves already: there is nothing to swap`);
      }
      const late = (this.#late = { version: next.version, changes: [] as VectorChange[] });
      for (let changes = this.#journal.of(next.version); changes.length > 0; changes = late.changes.splice(0)) {
        for (const [i, change] of changes.entries()) {
          next.apply(change);
          if (i % REPLAY_SLICE === REPLAY_SLICE - 1) await setImmediate();
        }
      }
      for (const id of this.#journal.gone) next.apply({ id, vector: null });
      if (this.#closed) throw new ThawError('INDEX_CLOSED', `version ${next.version} came after the holder was closed`);
    } catch (error) {
      next.close();
      throw error;
    } finally {
      this.#late = undefined;
    }
    // Nothing was awaited since the last change was replayed: none can have come in between.
    this.#journal.forget(next.version);
    const old = this.#slot;
    this.#slot = new Slot(next);
    if (old) this.#retire(old);
  }

  #retire(slot: Slot<T>): void {
    this.#retiring.add(slot);
    void slot.closed.then(() => this.#retiring.delete(slot));
    slot.retire();
  }
}
