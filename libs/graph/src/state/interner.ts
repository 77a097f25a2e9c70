/**
 * Gives every external id a small number, so that tables can be arrays. Numbers are dense; a released one is given out
 * again, lowest first, so that a reload of the surviving ids yields the same free numbers.
 */
export class Interner {
  readonly #numbers = new Map<string, number>();
  readonly #ids: (string | undefined)[] = [];
  #free: number[] = [];

  /** How many ids are held. */
  get size(): number {
    return this.#numbers.size;
  }

  /** One more than the largest number ever given. */
  get capacity(): number {
    return this.#ids.length;
  }

  find(id: string): number | undefined {
    return this.#numbers.get(id);
  }

  /** Whether the id is held, and has this number. */
  isAt(number: number, id: string): boolean {
    return this.#ids[number] === id;
  }

  intern(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? this.#ids.length;
    this.#ids[number] = id;
    this.#numbers.set(id, number);
    return number;
  }

  /** The id of a number that is held. */
  id(number: number): string {
    const id = this.#ids[number];
    if (id === undefined) throw new RangeError(`no id has the number ${number}`);
    return id;
  }

  release(number: number): void {
    this.#numbers.delete(this.id(number));
    this.#ids[number] = undefined;
    this.#free.push(number);
  }

  /** Puts a stored id back at its number. After the last one, call `endRestore`. */
  restore(number: number, id: string): void {
    this.#ids[number] = id;
    this.#numbers.set(id, number);
  }

  endRestore(): void {
    this.#free = [];
    for (let number = this.#ids.length - 1; number >= 0; number--) {
      if (this.#ids[number] === undefined) this.#free.push(number);
    }
  }

  /** Every held number with its id, by number. */
  *entries(): Generator<readonly [number, string]> {
    for (let number = 0; number < this.#ids.length; number++) {
      const id = this.#ids[number];
      if (id !== undefined) yield [number, id];
    }
  }
}
