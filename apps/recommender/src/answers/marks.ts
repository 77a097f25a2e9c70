/** A set of small numbers that is emptied in no time: for one call after the other. */
export class Marks {
  #round = 0;
  #marks = new Uint32Array(0);

  /** Begins anew with these members, all below `capacity`. */
  reset(members: Iterable<number>, capacity: number): this {
    if (capacity > this.#marks.length) this.#marks = new Uint32Array(Math.max(capacity, 2 * this.#marks.length));
    else if (this.#round === 0xffff_ffff) this.#marks.fill(0);
    this.#round = (this.#round % 0xffff_ffff) + 1;
    return this.add(members);
  }

  add(members: Iterable<number>): this {
    for (const member of members) this.#marks[member] = this.#round;
    return this;
  }

  has(number: number): boolean {
    return this.#marks[number] === this.#round;
  }
}
