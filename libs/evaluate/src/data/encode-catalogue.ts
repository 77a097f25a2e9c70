import { HashedTfIdfEncoder } from '@thaw/text';
import { mix32 } from '@thaw/waml';
import type { Catalogue } from './event-log.js';

export interface EncodeOptions {
  readonly dimensions: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** The texts of a catalogue: `[products, d]`, row-major, rows of length 1 or 0. */
export async function encodeCatalogue(
  { texts, textEncoder }: Pick<Catalogue, 'texts' | 'textEncoder'>,
  { dimensions, seed, signal }: EncodeOptions,
): Promise<Float32Array> {
  if (textEncoder !== undefined) {
    const rows = await textEncoder.encode(texts, signal);
    return fitted(rows, textEncoder.dimensions, dimensions, seed);
  }
  const encoder = new HashedTfIdfEncoder({ dimensions, seed });
  encoder.learn(texts);
  return encoder.encodeNow(texts, signal);
}

/**
 * Rows with other columns: padded with zeros, which changes no cosine, or projected by random signs (Achlioptas 2003)
 * and made unit rows again.
 */
function fitted(rows: Float32Array, from: number, to: number, seed: number): Float32Array {
  const result = new Float32Array((rows.length / from) * to);
  const signs = Int8Array.from({ length: from * to }, (_, i) => (mix32(mix32(seed) + i) & 1 ? 1 : -1));
  for (let row = 0; row * from < rows.length; row++) {
    const source = rows.subarray(row * from, (row + 1) * from);
    const target = result.subarray(row * to, (row + 1) * to);
    if (to >= from) {
      target.set(source);
      continue;
    }
    source.forEach((value, i) => {
      for (let k = 0; k < to; k++) target[k]! += value * signs[i * to + k]!;
    });
    const length = Math.hypot(...target);
    if (length > 0) target.forEach((value, k) => (target[k] = value / length));
  }
  return result;
}
