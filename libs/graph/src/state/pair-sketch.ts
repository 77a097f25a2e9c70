import { hashPair } from './pair-table.js';

/**
 * A counting sketch of pairs: each cell holds the sum of the counts of the pairs that hash to it, so a cell is never
 * below the count of any of its pairs. One byte tells for almost every increment that the pair cannot have reached the
 * threshold, without a look at anything else.
 *
 * A cell that reaches its maximum stays there: from then on it only sends more pairs to the exact count.
 */
export class PairSketch {
  #cells: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  #shift: number;
  #taken = 0;
  readonly #maximum: number;

  /** @param threshold The counts that must be told apart: cells are 8 bits wide up to a threshold of 200, else 16. */
  constructor(cellCount: number, threshold: number) {
    const bits = Math.ceil(Math.log2(Math.max(cellCount, 1024)));
    this.#cells = threshold <= 200 ? new Uint8Array(2 ** bits) : new Uint16Array(2 ** bits);
    this.#maximum = threshold <= 200 ? 0xff : 0xffff;
    this.#shift = 32 - bits;
  }

  /** Adds one to the pair's cell and returns what it holds then: the pair's count is not above it. */
  increment(a: number, b: number): number {
    const at = hashPair(a, b) >>> this.#shift;
    const value = this.#cells[at]!;
    if (value === this.#maximum) return value;
    if (value === 0) this.#taken += 1;
    this.#cells[at] = value + 1;
    return value + 1;
  }

  /** Takes one from the pair's cell and returns what it held before. */
  decrement(a: number, b: number): number {
    const at = hashPair(a, b) >>> this.#shift;
    const value = this.#cells[at]!;
    if (value === this.#maximum) return value;
    if (value === 1) this.#taken -= 1;
    this.#cells[at] = value - 1;
    return value;
  }

  get cellCount(): number {
    return this.#cells.length;
  }

  get sizeBytes(): number {
    return this.#cells.byteLength;
  }

  /** Share of cells that hold anything, 0 to 1. */
  get load(): number {
    return this.#taken / this.#cells.length;
  }

  /** Distinct pairs, estimated from the share of empty cells (linear counting: Whang et al. 1990). */
  estimatePairs(): number {
    const cells = this.#cells.length;
    return Math.round(-cells * Math.log(Math.max(cells - this.#taken, 1) / cells));
  }
}
