import { mix32 } from './string-hash.js';

/**
 * How a hashed string becomes a fixed vector:
 * - `dense`: every column is ±1/√d (a Rademacher random projection of the one-hot id);
 * - `feature`: signed feature hashing of the id's 8 hash values, ±1/√8 each into one of d columns (Weinberger et al.
 *   2009; with several hash values it is the sparse projection of Kane and Nelson 2014). Much sparser, more collisions.
 */
export type HashKind = 'dense' | 'feature';

export const HASH_KINDS: readonly HashKind[] = ['dense', 'feature'];

const FEATURE_PROBES = 8;
const GOLDEN = 0x9e3779b9;

/** Adds `scale` × the vector of a 64-bit hash (two words) to `out[offset … offset + dimensions)`. */
export function addHashVector(
  kind: HashKind,
  low: number,
  high: number,
  out: Float32Array | Float64Array,
  offset: number,
  dimensions: number,
  scale: number,
): void {
  if (kind === 'dense') addDense(low, high, out, offset, dimensions, scale);
  else addFeature(low, high, out, offset, dimensions, scale);
}

/** Word i of the endless random word sequence that belongs to a hash. */
const wordOf = (low: number, high: number, i: number): number => mix32(low ^ mix32(high + Math.imul(i + 1, GOLDEN)));

function addDense(
  low: number,
  high: number,
  out: Float32Array | Float64Array,
  offset: number,
  dimensions: number,
  scale: number,
): void {
  // Rounded first: the same magnitude added with opposite signs must leave nothing behind.
  const magnitude = Math.fround(scale / Math.sqrt(dimensions));
  const doubled = 2 * magnitude;
  for (let column = 0, i = 0; column < dimensions; i++) {
    const end = Math.min(column + 32, dimensions);
    for (let bits = wordOf(low, high, i); column < end; column++, bits >>>= 1)
      out[offset + column]! += (bits & 1) * doubled - magnitude;
  }
}

function addFeature(
  low: number,
  high: number,
  out: Float32Array | Float64Array,
  offset: number,
  dimensions: number,
  scale: number,
): void {
  const magnitude = Math.fround(scale / Math.sqrt(FEATURE_PROBES));
  for (let probe = 0; probe < FEATURE_PROBES; probe++) {
    const word = wordOf(low, high, probe);
    // The top bit is the sign; the other 31 are scaled to [0, d) instead of a remainder, which favours low columns.
    const column = Math.floor(((word & 0x7fffffff) / 2 ** 31) * dimensions);
    out[offset + column]! += word < 0 ? -magnitude : magnitude;
  }
}
