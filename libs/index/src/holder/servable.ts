import type { VectorChange } from '../types.js';

/** What a holder swaps: `ServingIndex`, or something larger that has one. */
export interface Servable {
  readonly version: string;
  /** Takes a newer vector, or lets go of an id. Must not throw for ids it does not know. */
  apply(change: VectorChange): void;
  /** Frees what it holds. Called once, after the last lease has ended. */
  close(): void;
}

/** The right to use one version until it is released, however often versions are swapped meanwhile. */
export interface Lease<T> {
  readonly value: T;
  /** Ends the lease. Doing it twice is harmless. */
  release(): void;
}
