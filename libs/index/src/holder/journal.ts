import type { VectorChange } from '../types.js';

/** The newest change of each id, by the version that it is of: what comes before the version itself. */
export class Journal {
  /** Versions in the order of their last change. */
  readonly #changes = new Map<string, Map<string, VectorChange>>();
  /** Ids that are gone in whatever version, until a vector comes of any: then there is such a thing again. */
  readonly #gone = new Set<string>();
  #dropped = 0;

  constructor(readonly limit: number) {}

  /** Changes that wait for their version. */
  get size(): number {
    let size = this.#gone.size;
    for (const changes of this.#changes.values()) size += changes.size;
    return size;
  }

  /** Changes that were dropped because the journal was full. */
  get dropped(): number {
    return this.#dropped;
  }

  add(version: string, { id, vector }: VectorChange): void {
    if (vector === null) {
      this.remove(id);
      return;
    }
    this.#gone.delete(id);
    const changes = this.#changes.get(version) ?? new Map<string, VectorChange>();
    this.#changes.delete(version);
    this.#changes.set(version, changes);
    changes.delete(id);
    changes.set(id, { id, vector: vector.slice() });
    this.#makeRoom();
  }

  /** The id is gone in every version. */
  remove(id: string): void {
    for (const version of [...this.#changes.keys()]) this.#delete(version, id);
    this.#gone.delete(id);
    this.#gone.add(id);
    this.#makeRoom();
  }

  /** The id is there again: a vector came for the version that serves. */
  revive(id: string): void {
    this.#gone.delete(id);
  }

  /** The vectors that came for a version. */
  of(version: string): VectorChange[] {
    return [...(this.#changes.get(version)?.values() ?? [])];
  }

  /** The ids that are gone. */
  get gone(): Iterable<string> {
    return this.#gone;
  }

  /** Forgets the vectors of a version: it has been told. */
  forget(version: string): void {
    this.#changes.delete(version);
  }

  #makeRoom(): void {
    while (this.size > this.limit) {
      const [version, changes] = this.#changes.entries().next().value ?? [];
      const [id] = changes ? changes.keys() : this.#gone;
      if (version === undefined) this.#gone.delete(id!);
      else this.#delete(version, id!);
      this.#dropped++;
    }
  }

  #delete(version: string, id: string): void {
    const changes = this.#changes.get(version);
    changes?.delete(id);
    if (changes?.size === 0) this.#changes.delete(version);
  }
}
