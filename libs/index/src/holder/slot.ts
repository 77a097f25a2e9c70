import type { Lease, Servable } from './servable.js';

/** A version with the number of its leases. */
export class Slot<T extends Servable> {
  #leases = 0;
  #retired = false;
  #onClosed!: () => void;
  /** Resolves when the version was closed. */
  readonly closed = new Promise<void>((resolve) => (this.#onClosed = resolve));

  constructor(readonly value: T) {}

  lease(): Lease<T> {
    this.#leases++;
    let held = true;
    return {
      value: this.value,
      release: () => {
        if (!held) return;
        held = false;
        this.#leases--;
        this.#closeWhenIdle();
      },
    };
  }

  /** Gives out no more leases: closes the version when the last one ends. */
  retire(): void {
    this.#retired = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (!this.#retired || this.#leases > 0) return;
    this.value.close();
    this.#onClosed();
  }
}
