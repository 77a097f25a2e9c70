import type { StripLayout } from './strip-layout.js';
import { STRIP_COLUMNS } from './strip-layout.js';

/** Reads whole rows of a matrix that lies in strips. */
export class StripMatrix {
  readonly #layout: StripLayout;
  readonly #views: readonly Float32Array[];

  constructor(layout: StripLayout, memories: readonly WebAssembly.Memory[]) {
    this.#layout = layout;
    this.#views = memories.map((memory) => new Float32Array(memory.buffer));
  }

  /** @param into `[columns]` */
  read(place: number, side: number, into: Float32Array): void {
    const { strips } = this.#layout;
    for (let strip = 0, k = 0; strip < strips; strip++) {
      const view = this.#views[this.#layout.memoryOf(strip)]!;
      const at = this.#layout.address(strip, side, place) / 4;
      for (let i = 0; i < STRIP_COLUMNS && k < into.length; i++, k++) into[k] = view[at + i]!;
    }
  }
}
