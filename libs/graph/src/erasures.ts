import { createHash } from 'node:crypto';

/**
 * Which customers are to be forgotten, up to which event time. Kept for ever, so that a redelivered interaction cannot
 * bring a forgotten one back; under a hash of the customer's id, so that the id itself is gone.
 */
export class Erasures {
  /** By the hash of the customer's id. */
  readonly #untilMs = new Map<string, number>();
  readonly dirty = new Set<string>();

  get size(): number {
    return this.#untilMs.size;
  }

  /** Whether this erasure reaches further than those before it. */
  apply(customerId: string, untilMs: number): boolean {
    const key = erasureKey(customerId);
    if (untilMs <= (this.#untilMs.get(key) ?? -Infinity)) return false;
    this.#untilMs.set(key, untilMs);
    this.dirty.add(key);
    return true;
  }

  restore(key: string, untilMs: number): void {
    this.#untilMs.set(key, untilMs);
  }

  /** Up to when the customer is forgotten, epoch milliseconds; -Infinity for one who is not. */
  untilMs(customerId: string): number {
    return this.#untilMs.size === 0 ? -Infinity : this.byKey(erasureKey(customerId));
  }

  byKey(key: string): number {
    return this.#untilMs.get(key) ?? -Infinity;
  }

  clearDirty(): void {
    this.dirty.clear();
  }
}

/** The first 128 bits of the SHA-256 of a customer's id, in hexadecimal. */
export function erasureKey(customerId: string): string {
  return createHash('sha256').update(customerId, 'utf8').digest('hex').slice(0, 32);
}
