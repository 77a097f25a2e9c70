import { ThawError } from '@thaw/contracts';
import { countFeatures } from './features.js';
import { hash32, mix32 } from './feature-hash.js';
import { InverseDocumentFrequency } from './inverse-document-frequency.js';
import type { ProductText, TextEncoder } from './text-encoder.js';

export interface HashedTfIdfSettings {
  /** Columns d. The cosine of two texts is off by about 1/√d. */
  readonly dimensions: number;
  readonly seed: number;
}

/** Hashed features: a catalogue of a million titles has some ten million, most of them in one document only. */
const BUCKETS = 1 << 20;
/** What a pair of characters says beside a word: there are many more of them, and they repeat what the word said. */
const GRAM_WEIGHT = 0.5;

/**
 * The default encoder: word and character n-grams, hashed, sublinear term frequency × inverse document frequency,
 * projected to d columns by random signs (Achlioptas 2003), normalised to length 1. Needs no download, and gives the
 * same vectors in every process for the same catalogue and seed.
 */
export class HashedTfIdfEncoder implements TextEncoder {
  readonly dimensions: number;
  private readonly seed: number;
  private readonly idf = new InverseDocumentFrequency(BUCKETS);

  /** @throws ThawError CONFIG_INVALID when `dimensions` is not a positive integer. */
  constructor(settings: HashedTfIdfSettings) {
    if (!Number.isInteger(settings.dimensions) || settings.dimensions < 1) {
      throw new ThawError(
        'CONFIG_INVALID',
        `A text encoder cannot have ${settings.dimensions} dimensions. Give a positive whole number.`,
      );
    }
    this.dimensions = settings.dimensions;
    this.seed = settings.seed;
  }

  get fingerprint(): string {
    return `tfidf-1:d=${this.dimensions}:seed=${this.seed}:epoch=${this.idf.epoch}`;
  }

  /**
   * Counts texts that entered the catalogue, and refreshes the weights when they are due.
   *
   * @returns whether the weights changed: what was encoded before should then be encoded again.
   */
  learn(texts: Iterable<ProductText>): boolean {
    for (const text of texts) this.idf.add(this.weigh(text).keys());
    return this.refreshIfDue();
  }

  /** Takes back texts that left the catalogue, or changed. @returns as {@link learn} does. */
  forget(texts: Iterable<ProductText>): boolean {
    for (const text of texts) this.idf.remove(this.weigh(text).keys());
    return this.refreshIfDue();
  }

  encode(texts: readonly ProductText[], signal?: AbortSignal): Promise<Float32Array> {
    return new Promise((resolve) => resolve(this.encodeNow(texts, signal)));
  }

  /** As {@link encode}, for callers that cannot wait. */
  encodeNow(texts: readonly ProductText[], signal?: AbortSignal): Float32Array {
    const rows = new Float32Array(texts.length * this.dimensions);
    texts.forEach((text, i) => {
      signal?.throwIfAborted();
      this.project(text, rows.subarray(i * this.dimensions, (i + 1) * this.dimensions));
    });
    return rows;
  }

  private refreshIfDue(): boolean {
    const due = this.idf.isStale;
    if (due) this.idf.refresh();
    return due;
  }

  /** Hashed features with their term weights: 1 + ln(count), less for character n-grams. Features that collide add up. */
  private weigh(text: ProductText): Map<number, number> {
    const weights = new Map<number, number>();
    for (const [feature, count] of countFeatures(text)) {
      const bucket = hash32(feature, this.seed) & (BUCKETS - 1);
      const weight = (1 + Math.log(count)) * (feature.startsWith('c') ? GRAM_WEIGHT : 1);
      weights.set(bucket, (weights.get(bucket) ?? 0) + weight);
    }
    return weights;
  }

  private project(text: ProductText, row: Float32Array): void {
    for (const [bucket, weight] of this.weigh(text)) this.addSigned(row, bucket, weight * this.idf.weight(bucket));
    let squares = 0;
    for (const value of row) squares += value * value;
    if (squares === 0) return;
    const scale = 1 / Math.sqrt(squares);
    for (let k = 0; k < row.length; k++) row[k]! *= scale;
  }

  /** Adds ±value to every column; the signs are the feature's own random bits, 32 columns to a word. */
  private addSigned(row: Float32Array, bucket: number, value: number): void {
    for (let k = 0, word = 0; k < row.length; word++) {
      const end = Math.min(k + 32, row.length);
      for (let bits = this.signs(bucket, word); k < end; k++, bits >>>= 1) row[k]! += (bits & 1) * 2 * value - value;
    }
  }

  private signs(bucket: number, word: number): number {
    return mix32(mix32(bucket ^ Math.imul(this.seed + 1, 0x9e3779b9)) + Math.imul(word + 1, 0x85ebca77));
  }
}
