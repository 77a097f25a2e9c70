const { imul } = Math;

/**
 * A seeded random source: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, passes PractRand, and needs only
 * 32-bit integer operations, so that every engine gives the same stream.
 */
export class Random {
  private readonly state: Int32Array;

  /** @param seed any finite number; its two 32-bit halves both count. */
  constructor(seed: number) {
    this.state = Int32Array.of(seed | 0, Math.floor(seed / 0x1_0000_0000) | 0, 0x9e37_79b9 | 0, 1);
    for (let i = 0; i < 16; i++) this.uint32();
  }

  /** A uniform unsigned 32-bit integer. */
  uint32(): number {
    const s = this.state;
    const sum = (((s[0]! + s[1]!) | 0) + s[3]!) | 0;
    s[3] = (s[3]! + 1) | 0;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = (s[2]! + (s[2]! << 3)) | 0;
    s[2] = (((s[2]! << 21) | (s[2]! >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A uniform number in [0, 1). */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A uniform integer in [0, bound), bound at most 2³². */
  below(bound: number): number {
    return (this.float() * bound) >>> 0;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }
}

/**
 * Mixes two 32-bit integers into one (the finaliser of MurmurHash3): what depends on an id alone (a product's title, a
 * customer's capacity) is computed from it again whenever it is needed, and costs no memory.
 */
export function hash32(a: number, b: number): number {
  let h = imul(a ^ 0x85eb_ca6b, 0xcc9e_2d51) ^ imul(b + 0x9e37_79b9, 0x1b87_3593);
  h = imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** {@link hash32} as a number in [0, 1). */
export function hashFloat(a: number, b: number): number {
  return hash32(a, b) / 0x1_0000_0000;
}
