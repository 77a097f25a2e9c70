import { ThawError } from '@thaw/contracts';
import type { HashKind } from './hash-vector.js';
import { addHashVector } from './hash-vector.js';
import { hashString, mix32 } from './string-hash.js';

export interface NodeHashOptions {
  /** Any integer; other seeds give independent vectors. */
  readonly seed: number;
  readonly kind: HashKind;
  /** Columns d. */
  readonly dimensions: number;
}

const KIND_SALT: Record<HashKind, number> = { dense: 0x64656e73, feature: 0x66656174 };

/** HASH of METHOD: fixed, never trained, of expected length 1 (exactly 1 for `dense`). */
export class NodeHasher {
  readonly kind: HashKind;
  readonly dimensions: number;
  readonly #seed: number;
  readonly #key = new Int32Array(2);

  /** @throws ThawError PROPAGATION_INPUT_INVALID when `dimensions` is no positive integer or `seed` no safe integer. */
  constructor({ seed, kind, dimensions }: NodeHashOptions) {
    if (!Number.isSafeInteger(dimensions) || dimensions < 1 || !Number.isSafeInteger(seed))
      throw new ThawError(
        'PROPAGATION_INPUT_INVALID',
        `Cannot hash nodes into ${dimensions} dimensions with seed ${seed}: give a positive integer of dimensions and an integer seed.`,
      );
    this.kind = kind;
    this.dimensions = dimensions;
    // The seed's upper half counts too: seeds may be 53 bits wide.
    this.#seed = mix32((seed | 0) ^ mix32(Math.floor(seed / 2 ** 32) ^ KIND_SALT[kind]));
  }

  /** Writes the two words that the vector of `text` is made of to `out`, see {@link addHashVector}. */
  key(text: string, out: Int32Array): void {
    hashString(text, this.#seed, out);
  }

  /** Adds `scale` × the vector of `text` to `out[offset … offset + d)`. */
  addTo(out: Float32Array | Float64Array, offset: number, text: string, scale = 1): void {
    this.key(text, this.#key);
    addHashVector(this.kind, this.#key[0]!, this.#key[1]!, out, offset, this.dimensions, scale);
  }

  /** The vector of `text`: d numbers. */
  hash(text: string): Float32Array {
    const vector = new Float32Array(this.dimensions);
    this.addTo(vector, 0, text);
    return vector;
  }
}

/** The vector of one string; for many strings make one {@link NodeHasher}. */
export const nodeHash = (options: NodeHashOptions, text: string): Float32Array => new NodeHasher(options).hash(text);
