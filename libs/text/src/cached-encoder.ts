import { createHash } from 'node:crypto';
import type { ProductText, TextEncoder } from './text-encoder.js';

/** Where encoded texts are kept. Keys are hexadecimal digests of fingerprint and text. */
export interface VectorCache {
  /** The vectors of the keys, undefined where there is none. */
  get(keys: readonly string[]): Promise<readonly (Float32Array | undefined)[]>;
  set(entries: readonly (readonly [key: string, vector: Float32Array])[]): Promise<void>;
}

/** Texts that are encoded and then cached at a time. */
const CHUNK = 256;

/** The cache key of a text: the same text encoded by another model, or otherwise, has another key. */
export function textKey(fingerprint: string, { title, description }: ProductText): string {
  // JSON keeps ("a", "bc") and ("ab", "c") apart.
  return createHash('sha256')
    .update(JSON.stringify([fingerprint, title, description]))
    .digest('hex');
}

/** Encodes every text once: what the cache has is not encoded again, and equal texts of one call only once. */
export class CachedTextEncoder implements TextEncoder {
  constructor(
    private readonly encoder: TextEncoder,
    private readonly cache: VectorCache,
  ) {}

  get dimensions(): number {
    return this.encoder.dimensions;
  }

  get fingerprint(): string {
    return this.encoder.fingerprint;
  }

  async encode(texts: readonly ProductText[], signal?: AbortSignal): Promise<Float32Array> {
    const keys = texts.map((text) => textKey(this.fingerprint, text));
    const distinct = [...new Map(keys.map((key, i) => [key, texts[i]!]))];
    const found = await this.cache.get(distinct.map(([key]) => key));
    const vectors = new Map<string, Float32Array>();
    const missing: [string, ProductText][] = [];
    distinct.forEach(([key, text], i) => {
      const vector = found[i];
      if (vector?.length === this.dimensions) vectors.set(key, vector);
      else missing.push([key, text]);
    });
    if (missing.length > 0) await this.encodeMissing(missing, vectors, signal);
    const rows = new Float32Array(texts.length * this.dimensions);
    keys.forEach((key, i) => rows.set(vectors.get(key)!, i * this.dimensions));
    return rows;
  }

  private async encodeMissing(
    missing: readonly (readonly [string, ProductText])[],
    vectors: Map<string, Float32Array>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // Chunk by chunk, so that whoever is interrupted keeps what was encoded before.
    for (let from = 0; from < missing.length; from += CHUNK) {
      const chunk = missing.slice(from, from + CHUNK);
      const rows = await this.encoder.encode(
        chunk.map(([, text]) => text),
        signal,
      );
      const entries = chunk.map(
        ([key], i) => [key, rows.slice(i * this.dimensions, (i + 1) * this.dimensions)] as const,
      );
      for (const [key, vector] of entries) vectors.set(key, vector);
      await this.cache.set(entries);
    }
  }
}
