const FEWEST_SLOTS = 64;
const EMPTY = -1;
/** Beyond this share of slots taken, runs of them grow long. */
const FULLEST = 0.5;

/**
 * The ids of a version by row, and the row of each id. An open hash table in one typed array: a `Map` of a hundred
 * thousand ids leaves some ten megabytes to the garbage collector, each time that a version is loaded.
 */
export class IdRows {
  readonly #ids: string[] = [];
  /** Rows by hash; its length is a power of two. */
  #slots: Int32Array;
  /** Different in each table, so that ids that are slow in one are not so in the next. */
  readonly #seed = Math.floor(Math.random() * 0x1_0000_0000);

  /** @param expected how many ids there will be, where that is known: it then never grows, which takes milliseconds */
  constructor(expected = 0) {
    const least = Math.max(FEWEST_SLOTS, expected / FULLEST);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(least))).fill(EMPTY);
  }

  /** The id of each row. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Gives the id the next row. Returns false, and changes nothing, where it has one. */
  add(id: string): boolean {
    if (this.#ids.length >= FULLEST * this.#slots.length) this.#grow();
    const slot = this.#slotOf(id);
    if (this.#slots[slot] !== EMPTY) return false;
    this.#slots[slot] = this.#ids.length;
    this.#ids.push(id);
    return true;
  }

  get(id: string): number | undefined {
    const row = this.#slots[this.#slotOf(id)]!;
    return row === EMPTY ? undefined : row;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  /** The slot of the id, or the empty one where it would be. */
  #slotOf(id: string): number {
    const last = this.#slots.length - 1;
    for (let slot = hash(id, this.#seed) & last; ; slot = (slot + 1) & last) {
      const row = this.#slots[slot]!;
      if (row === EMPTY || this.#ids[row] === id) return slot;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(EMPTY);
    for (const [row, id] of this.#ids.entries()) this.#slots[this.#slotOf(id)] = row;
  }
}

/** Of the UTF-16 code units; multiplication carries upwards only, hence the rotations. */
function hash(text: string, seed: number): number {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x9e3779b1);
    h = (h << 13) | (h >>> 19);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 15);
}
