import type { ServingIndex, VectorChange } from '@thaw/index';
import type { operator } from '@thaw/contracts';
import type { Manifest } from '@thaw/bundle';
import type { RankingVersion } from '../answers/state.js';
import type { Embedding } from './embedding.js';
import type { VersionVectors } from './version-vectors.js';

export interface ServedVersionParts {
  readonly record: operator.Version;
  readonly manifest: Manifest;
  readonly index: ServingIndex;
  readonly vectors: VersionVectors;
  /** Product ids in the index as it was loaded. */
  readonly indexed: Iterable<string>;
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
  readonly #indexed: Set<string>;
  /** Where the newest vector of a node was read: the records of a node are in order only within the topic. */
  readonly #offsets = new Map<string, number>();
  #isClosed = false;

  constructor({ record, manifest, index, vectors, indexed }: ServedVersionParts) {
    this.version = record.version;
    this.publishedAtMs = record.publishedAtMs;
    this.manifest = manifest;
    this.vectors = vectors;
    this.index = index;
    this.#indexed = new Set(indexed);
  }

  /** Products that can be found. */
  get searchable(): number {
    return this.#indexed.size;
  }

  search(query: Float32Array, limit: number, accept: (id: string) => boolean) {
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
    this.#indexed.delete(id); // so that the new vector takes the place of the old one
    if (vector === null) this.#apply({ id, vector: null });
    else this.admit(id, isCandidate(id));
  }

  /** Brings the index in line with whether the product is a candidate now. */
  admit(id: string, isCandidate: boolean): void {
    const vector = isCandidate ? this.vectors.vectorOf('product', id) : undefined;
    if (this.#indexed.has(id) === (vector !== undefined)) return;
    this.#apply({ id, vector: vector ?? null });
    if (vector === undefined) this.#indexed.delete(id);
    else this.#indexed.add(id);
  }

  /** The ids in the index now; a copy. */
  indexedIds(): string[] {
    return [...this.#indexed];
  }

  close(): void {
    this.#isClosed = true;
    this.index.close();
  }

  #apply(change: VectorChange): void {
    if (!this.#isClosed) this.index.apply(change);
  }
}
