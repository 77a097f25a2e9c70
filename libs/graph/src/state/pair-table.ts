const WORDS = 3;
const FULLEST = 0.7;

/** A well-mixed 32-bit hash of an ordered pair (multiply-xorshift in the manner of MurmurHash3's finaliser). */
export function hashPair(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ Math.imul(b, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * An exact map from a pair of u32 to a u32 in one typed array: open addressing, linear probing, deletion by shifting
 * back (no tombstones, so it never slows down). 12 bytes a slot, at most 70 % full.
 */
export class PairTable {
  #slots: Uint32Array<ArrayBuffer>;
  #mask: number;
  #size = 0;

  constructor(expected = 8) {
    let capacity = 16;
    while (capacity * FULLEST < expected) capacity *= 2;
    this.#slots = new Uint32Array(capacity * WORDS);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#size;
  }

  get sizeBytes(): number {
    return this.#slots.byteLength;
  }

  /** The value of the pair, or -1. */
  get(a: number, b: number): number {
    const slots = this.#slots;
    for (let index = hashPair(a, b) & this.#mask; ; index = (index + 1) & this.#mask) {
      const at = index * WORDS;
      const key = slots[at]!;
      if (key === 0) return -1;
      if (key === a + 1 && slots[at + 1] === b) return slots[at + 2]!;
    }
  }

  set(a: number, b: number, value: number): void {
    const slots = this.#slots;
    for (let index = hashPair(a, b) & this.#mask; ; index = (index + 1) & this.#mask) {
      const at = index * WORDS;
      const key = slots[at]!;
      if (key === 0) {
        slots[at] = a + 1;
        slots[at + 1] = b;
        slots[at + 2] = value;
        this.#size += 1;
        if (this.#size > (this.#mask + 1) * FULLEST) this.#double();
        return;
      }
      if (key === a + 1 && slots[at + 1] === b) {
        slots[at + 2] = value;
        return;
      }
    }
  }

  /** Whether the pair was there. */
  delete(a: number, b: number): boolean {
    const slots = this.#slots;
    let index = hashPair(a, b) & this.#mask;
    for (; ; index = (index + 1) & this.#mask) {
      const at = index * WORDS;
      if (slots[at] === 0) return false;
      if (slots[at] === a + 1 && slots[at + 1] === b) break;
    }
    this.#size -= 1;
    this.#closeGap(index);
    return true;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }

  /** Calls `visit` with every pair and its value. The table must not be changed meanwhile. */
  forEach(visit: (a: number, b: number, value: number) => void): void {
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += WORDS) {
      if (slots[at] !== 0) visit(slots[at]! - 1, slots[at + 1]!, slots[at + 2]!);
    }
  }

  #closeGap(gap: number): void {
    const slots = this.#slots;
    for (let index = (gap + 1) & this.#mask; ; index = (index + 1) & this.#mask) {
      const at = index * WORDS;
      if (slots[at] === 0) break;
      const home = hashPair(slots[at]! - 1, slots[at + 1]!) & this.#mask;
      // An entry may move into the gap only if its home is not between the gap and where it stands.
      if (((index - home) & this.#mask) >= ((index - gap) & this.#mask)) {
        slots.copyWithin(gap * WORDS, at, at + WORDS);
        gap = index;
      }
    }
    slots[gap * WORDS] = 0;
  }

  #double(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    this.#mask = this.#slots.length / WORDS - 1;
    const slots = this.#slots;
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from] === 0) continue;
      let index = hashPair(old[from]! - 1, old[from + 1]!) & this.#mask;
      while (slots[index * WORDS] !== 0) index = (index + 1) & this.#mask;
      slots[index * WORDS] = old[from]!;
      slots[index * WORDS + 1] = old[from + 1]!;
      slots[index * WORDS + 2] = old[from + 2]!;
    }
  }
}
