import { ThawError } from '@thaw/contracts';
import { hashString, mix32 } from './string-hash.js';

/**
 * How a string becomes a fixed vector:
 * - `dense`: every column is ±1/√d (a Rademacher random projection of the one-hot id);
 * - `feature`: signed feature hashing of the id's 8 hash values, ±1/√8 each into one of d columns (Weinberger et al.
 *   2009; with several hash values it is the sparse projection of Kane and Nelson 2014). Much sparser, more collisions.
 */
export type HashKind = 'dense' | 'feature';

export const HASH_KINDS: readonly HashKind[] = ['dense', 'feature'];

export interface NodeHashOptions {
  /** Any integer; other seeds give independent vectors. */
  readonly seed: number;
  readonly kind: HashKind;
  /** Columns d. */
  readonly dimensions: number;
}

const FEATURE_PROBES = 8;
const GOLDEN = 0x9e3779b9;
const KIND_SALT: Record<HashKind, number> = { dense: 0x64656e73, feature: 0x66656174 };

/** HASH of METHOD: fixed, never trained, of expected length 1 (exactly 1 for `dense`). */
export class NodeHasher {
  readonly dimensions: number;
  readonly #kind: HashKind;
  readonly #seed: number;
  readonly #key = new Int32Array(2);

  /** @throws ThawError PROPAGATION_INPUT_INVALID when `dimensions` is no positive integer or `seed` no safe integer. */
  constructor({ seed, kind, dimensions }: NodeHashOptions) {
    if (!Number.isSafeInteger(dimensions) || dimensions < 1 || !Number.isSafeInteger(seed))
      throw new ThawError(
        'PROPAGATION_INPUT_INVALID',
        `Cannot hash nodes into ${dimensions} dimensions with seed ${seed}: give a positive integer of dimensions and an integer seed.`,
      );
    this.dimensions = dimensions;
    this.#kind = kind;
    // The seed's upper half counts too: seeds may be 53 bits wide.
    this.#seed = mix32((seed | 0) ^ mix32(Math.floor(seed / 2 ** 32) ^ KIND_SALT[kind]));
  }

  /** Adds `scale` × the vector of `text` to `out[offset … offset + d)`. */
  addTo(out: Float32Array | Float64Array, offset: number, text: string, scale = 1): void {
    hashString(text, this.#seed, this.#key);
    if (this.#kind === 'dense') this.#addDense(out, offset, scale);
    else this.#addFeature(out, offset, scale);
  }

  /** The vector of `text`: d numbers. */
  hash(text: string): Float32Array {
    const vector = new Float32Array(this.dimensions);
    this.addTo(vector, 0, text);
    return vector;
  }

  /** Word i of the endless random word sequence that belongs to the hashed text. */
  #word(i: number): number {
    return mix32(this.#key[0]! ^ mix32(this.#key[1]! + Math.imul(i + 1, GOLDEN)));
  }

  #addDense(out: Float32Array | Float64Array, offset: number, scale: number): void {
    // Rounded first: the same magnitude added with opposite signs must leave nothing behind.
    const magnitude = Math.fround(scale / Math.sqrt(this.dimensions));
    const doubled = 2 * magnitude;
    for (let column = 0, word = 0; column < this.dimensions; word++) {
      const end = Math.min(column + 32, this.dimensions);
      for (let bits = this.#word(word); column < end; column++, bits >>>= 1)
        out[offset + column]! += (bits & 1) * doubled - magnitude;
    }
  }

  #addFeature(out: Float32Array | Float64Array, offset: number, scale: number): void {
    const magnitude = Math.fround(scale / Math.sqrt(FEATURE_PROBES));
    for (let probe = 0; probe < FEATURE_PROBES; probe++) {
      const word = this.#word(probe);
      // The top bit is the sign; the other 31 are scaled to [0, d) instead of a remainder, which favours low columns.
      const column = Math.floor(((word & 0x7fffffff) / 2 ** 31) * this.dimensions);
      out[offset + column]! += word < 0 ? -magnitude : magnitude;
    }
  }
}

/** The vector of one string; for many strings make one {@link NodeHasher}. */
export const nodeHash = (options: NodeHashOptions, text: string): Float32Array => new NodeHasher(options).hash(text);
