/**
 * A matrix whose first rows are given, and to which rows are added: the given ones stay where they are, so that the
 * states of millions of nodes need no second copy.
 */
export class GrowingRows {
  readonly #given: Float32Array;
  #added: Float32Array;

  /** @param given `[rows, dimensions]`; written to in place */
  constructor(
    given: Float32Array,
    readonly dimensions: number,
  ) {
    this.#given = given;
    this.#added = new Float32Array(0);
  }

  /** The array that holds a row; see {@link offset}. Valid until a row is added. */
  array(row: number): Float32Array {
    return row * this.dimensions < this.#given.length ? this.#given : this.#added;
  }

  /** Where the row begins in its array. */
  offset(row: number): number {
    const at = row * this.dimensions;
    return at < this.#given.length ? at : at - this.#given.length;
  }

  /** Makes room for rows up to and including this one. New rows are zero. */
  grow(row: number): void {
    const needed = (row + 1) * this.dimensions - this.#given.length;
    if (needed <= this.#added.length) return;
    const larger = new Float32Array(Math.max(needed, Math.ceil(1.5 * this.#added.length), 64 * this.dimensions));
    larger.set(this.#added);
    this.#added = larger;
  }

  clear(row: number): void {
    const at = this.offset(row);
    this.array(row).fill(0, at, at + this.dimensions);
  }
}
