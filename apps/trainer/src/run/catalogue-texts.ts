import { HashedTfIdfEncoder, type ProductText } from '@thaw/text';

/** Widths that are kept: that of the search for settings, and that of the model. */
const KEPT = 2;

/** The text vectors of a catalogue, encoded once per width: an encoder that has learned the whole of it. */
export class CatalogueTexts {
  private readonly encoded = new Map<string, Float32Array>();

  constructor(private readonly texts: readonly ProductText[]) {}

  /** @returns `[products, d]`, rows of length 1 or 0 */
  encode(dimensions: number, seed: number, signal?: AbortSignal): Float32Array {
    const key = `${dimensions}/${seed}`;
    const known = this.encoded.get(key);
    if (known !== undefined) return known;
    const rows = encoderOf(this.texts, dimensions, seed).encodeNow(this.texts, signal);
    const [oldest] = this.encoded.keys();
    if (oldest !== undefined && this.encoded.size >= KEPT) this.encoded.delete(oldest);
    this.encoded.set(key, rows);
    return rows;
  }
}

/** The encoder that a version's texts were encoded with, for texts that come later. */
export function encoderOf(texts: Iterable<ProductText>, dimensions: number, seed: number): HashedTfIdfEncoder {
  const encoder = new HashedTfIdfEncoder({ dimensions, seed });
  encoder.learn(texts);
  return encoder;
}
