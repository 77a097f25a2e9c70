import type { Accept, Hit, ServingIndex, VectorChange } from '@thaw/index';
import type { operator } from '@thaw/contracts';
import type { Manifest } from '@thaw/bundle';
import type { RankingVersion } from '../answers/state.js';
import type { Embedding } from './embedding.js';
import type { ProductNumbers } from './product-numbers.js';
import type { VersionVectors } from './version-vectors.js';

export interface ServedVersionParts {
  readonly record: operator.Version;
  readonly manifest: Manifest;
  readonly index: ServingIndex;
  readonly vectors: VersionVectors;
  readonly numbers: ProductNumbers;
}

/**
 * A version in memory: its vectors, its index, and what has come since. The index holds those products that are
 * candidates now and have a vector; whoever asks still filters by the live graph, so that being late here costs
 * nothing but a little search.
 */
export class ServedVersion implements RankingVersion {
  readonly version: string;
  readonly publishedAtMs: number;
  readonly manifest: Manifest;
  readonly vectors: VersionVectors;
  readonly index: ServingIndex;
  readonly numbers: ProductNumbers;
  /** Where the newest vector of a node was read: the records of a node are in order only within the topic. */
  readonly #offsets = new Map<string, number>();
  #isClosed = false;

  constructor({ record, manifest, index, vectors, numbers }: ServedVersionParts) {
    this.version = record.version;
    this.publishedAtMs = record.publishedAtMs;
    this.manifest = manifest;
    this.vectors = vectors;
    this.index = index;
    this.numbers = numbers;
  }

  /** Products that can be found. */
  get searchable(): number {
    return this.index.size;
  }

  search(query: Float32Array, limit: number, accept: Accept): readonly Hit[] {
    return this.index.search(query, limit, accept);
  }

  /** Takes a newer embedding; one that is older than what it has is passed over. */
  take(embedding: Embedding, isCandidate: (productId: string) => boolean): void {
    const { type, id, vector, offset } = embedding;
    const key = `${type}:${id}`;
    if (offset <= (this.#offsets.get(key) ?? -1)) return;
    this.#offsets.set(key, offset);
    if (vector === null) this.vectors.forget(type, id);
    else if (vector.length !== this.vectors.layout.dimensions) return;
    else this.vectors.set(type, id, vector);
    if (type === 'seller') return;
    this.#apply({ id, vector: isCandidate(id) ? vector : null });
  }

  /** Brings the index in line with whether the product is a candidate now. */
  admit(id: string, isCandidate: boolean): void {
    if (this.#isClosed || this.index.has(id) === isCandidate) return;
    const vector = isCandidate ? this.vectors.vectorOf('product', id) : null;
    if (vector !== undefined) this.#apply({ id, vector });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.index.close();
    this.vectors.close();
  }

  #apply(change: VectorChange): void {
    if (!this.#isClosed) this.index.apply(change);
  }
}
