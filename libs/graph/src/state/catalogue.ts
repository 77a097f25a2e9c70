/** A product as the catalogue has it. */
export interface CatalogueEntry {
  readonly categoryId: string;
  readonly title: string;
  readonly description: string;
  readonly active: boolean;
  /** When it became so, epoch milliseconds. */
  readonly timeMs: number;
}

export type CatalogueOutcome = 'changed' | 'duplicate' | 'late';

/**
 * The catalogue by last writer wins: the newest event time; at equal times a removal, then the greater attributes by
 * code unit, so that any order of the same events ends in the same entry. A removal stays as a tombstone.
 */
export class Catalogue {
  readonly #entries: (CatalogueEntry | undefined)[] = [];
  #active = 0;
  /** Products whose entry changed since the last `clearDirty`, with the entry before. */
  readonly dirty = new Map<number, CatalogueEntry | undefined>();

  /** Products that are in the catalogue and not removed. */
  get active(): number {
    return this.#active;
  }

  get(product: number): CatalogueEntry | undefined {
    return this.#entries[product];
  }

  isActive(product: number): boolean {
    return this.#entries[product]?.active ?? false;
  }

  apply(product: number, entry: CatalogueEntry): CatalogueOutcome {
    const before = this.#entries[product];
    if (before !== undefined) {
      if (entry.timeMs < before.timeMs) return 'late';
      if (entry.timeMs === before.timeMs && precedence(entry) <= precedence(before)) return 'duplicate';
    }
    if (!this.dirty.has(product)) this.dirty.set(product, before);
    this.restore(product, entry);
    return 'changed';
  }

  /** Puts a stored entry in; it is not dirty. */
  restore(product: number, entry: CatalogueEntry): void {
    this.#active += (entry.active ? 1 : 0) - (this.isActive(product) ? 1 : 0);
    this.#entries[product] = entry;
  }

  clearDirty(): void {
    this.dirty.clear();
  }
}

/** Orders entries of one time: the greater one wins. */
export function precedence(entry: CatalogueEntry): string {
  return JSON.stringify([!entry.active, entry.title, entry.description, entry.categoryId]).replace('[true', '[~');
}
