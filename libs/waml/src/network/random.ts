import { mix32 } from '../hashing/string-hash.js';

/** Of the 65,536 values of a draw's half, how many drop an entry. */
export const dropoutLimit = (rate: number): number => Math.round(rate * 0x1_0000);

/** A seeded stream of numbers: Marsaglia's xorshift32, started from mixed seeds so that neighbouring seeds differ. */
export class SeededStream {
  private state: number;

  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9;
    for (const seed of seeds) state = mix32((state ^ seed) + 0x6d2b79f5);
    this.state = state === 0 ? 1 : state;
  }

  /** A uniform unsigned 32-bit integer, never 0. */
  uint32(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** A uniform integer in `[0, bound)`. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * bound);
  }

  /** Independent numbers of the standard normal distribution (Box and Muller 1958). */
  normals(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(this.uint32() / 0x1_0000_0000));
      const angle = (2 * Math.PI * this.uint32()) / 0x1_0000_0000;
      values[i] = radius * Math.cos(angle);
      if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }

  /** The numbers `0 … count − 1` in random order (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  /** What the next draw follows from. */
  get position(): number {
    return this.state;
  }

  /**
   * Factors of dropout: 0 with probability `rate`, to the nearest 2⁻¹⁶, else what keeps the mean at 1. Two a draw.
   */
  dropoutFactors(count: number, rate: number): Float32Array {
    const limit = dropoutLimit(rate);
    const kept = 0x1_0000 / (0x1_0000 - limit);
    const factors = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const bits = this.uint32();
      if ((bits & 0xffff) >= limit) factors[i] = kept;
      if (i + 1 < count && bits >>> 16 >= limit) factors[i + 1] = kept;
    }
    return factors;
  }
}
