import { compareVersions } from '@thaw/bundle';
import type { Embedding } from './embedding.js';

/** What a Map entry and its objects take beside the vector. */
const ENTRY_BYTES = 400;

const sizeOf = ({ vector }: Embedding): number => ENTRY_BYTES + (vector?.byteLength ?? 0);

/**
 * Keeps the newest embedding of each node for the versions that may be swapped to: those to come, what is served, and the
 * one before. When it is full the oldest version is let go of whole: whoever needs it reads the topic again.
 */
export class EmbeddingBuffer {
  readonly #versions = new Map<string, Map<string, Embedding>>();
  /** Of this version and those before it not everything is here. */
  #incompleteThrough = '';
  /** Nor of those before this one. */
  #incompleteBefore = '';
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get sizeBytes(): number {
    return this.#bytes;
  }

  add(embedding: Embedding): void {
    const { version, type, id } = embedding;
    if (!this.#isComplete(version)) return;
    const nodes = this.#versions.get(version) ?? new Map<string, Embedding>();
    this.#versions.set(version, nodes);
    const key = `${type}:${id}`;
    const before = nodes.get(key);
    this.#bytes += sizeOf(embedding) - (before === undefined ? 0 : sizeOf(before));
    nodes.set(key, embedding);
    while (this.#bytes > this.maxBytes) this.forgetThrough([...this.#versions.keys()].sort(compareVersions)[0]!);
  }

  /** The newest embedding of each node of the version; undefined where not all of them are here. */
  of(version: string): Iterable<Embedding> | undefined {
    return this.#isComplete(version) ? (this.#versions.get(version)?.values() ?? []) : undefined;
  }

  /** Lets go of a version and those before it. */
  forgetThrough(version: string): void {
    if (this.#isComplete(version)) this.#incompleteThrough = version;
    this.#drop();
  }

  /** Lets go of the versions before this one. */
  forgetBefore(version: string): void {
    if (this.#isComplete(version)) this.#incompleteBefore = version;
    this.#drop();
  }

  #drop(): void {
    for (const [each, nodes] of this.#versions) {
      if (this.#isComplete(each)) continue;
      for (const embedding of nodes.values()) this.#bytes -= sizeOf(embedding);
      this.#versions.delete(each);
    }
  }

  #isComplete(version: string): boolean {
    const isAfter = this.#incompleteThrough === '' || compareVersions(version, this.#incompleteThrough) > 0;
    return isAfter && (this.#incompleteBefore === '' || compareVersions(version, this.#incompleteBefore) >= 0);
  }
}
