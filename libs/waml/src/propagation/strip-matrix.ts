import type { StripLayout } from './strip-layout.js';
import { STRIP_COLUMNS } from './strip-layout.js';

/** Reads and writes whole rows of a matrix that lies in strips. */
export class StripMatrix {
  readonly #layout: StripLayout;
  readonly #views: readonly Float32Array[];

  constructor(layout: StripLayout, memories: readonly WebAssembly.Memory[]) {
    this.#layout = layout;
    this.#views = memories.map((memory) => new Float32Array(memory.buffer));
  }

  /** Writes `row`, divided by its length (a zero row stays zero). @param row `[columns]` */
  writeNormalised(place: number, side: number, row: Float32Array): void {
    let squares = 0;
    for (let k = 0; k < row.length; k++) squares += row[k]! * row[k]!;
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    const { strips } = this.#layout;
    for (let strip = 0, k = 0; strip < strips; strip++) {
      const view = this.#views[this.#layout.memoryOf(strip)]!;
      const at = this.#layout.address(strip, side, place) / 4;
      // The last strip's surplus columns are written too: they must be zero.
      for (let i = 0; i < STRIP_COLUMNS; i++, k++) view[at + i] = k < row.length ? row[k]! * factor : 0;
    }
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
