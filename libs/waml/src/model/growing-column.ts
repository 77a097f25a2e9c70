type Column = Uint32Array | Float64Array | Uint8Array;

/** A column of numbers that is filled from the front and doubles when it is full. */
export class GrowingColumn<T extends Column> {
  #values: T;
  #length = 0;

  constructor(
    private readonly kind: new (length: number) => T,
    capacity = 1024,
  ) {
    this.#values = new kind(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new this.kind(2 * this.#length + 16);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  pushAll(values: readonly number[]): void {
    for (const value of values) this.push(value);
  }

  /** What has been filled; a view. */
  get filled(): T {
    return this.#values.subarray(0, this.#length) as T;
  }
}
