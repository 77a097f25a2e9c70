/** Counts of unordered pairs of products: the slow, obvious table. A map of maps, since one map ends at 2^24 entries. */
export class PairCounts {
  /** The lesser product of a pair → the greater one → count, all above 0. */
  readonly #rows = new Map<string, Map<string, number>>();

  get size(): number {
    let size = 0;
    for (const row of this.#rows.values()) size += row.size;
    return size;
  }

  /** 0 for a pair that was never counted. */
  get(a: string, b: string): number {
    return (a < b ? this.#rows.get(a)?.get(b) : this.#rows.get(b)?.get(a)) ?? 0;
  }

  set(a: string, b: string, count: number): void {
    const [lesser, greater] = a < b ? [a, b] : [b, a];
    const row = this.#rows.get(lesser) ?? new Map<string, number>();
    this.#rows.set(lesser, row);
    if (count > 0) row.set(greater, count);
    else row.delete(greater);
  }

  increment(a: string, b: string): void {
    this.set(a, b, this.get(a, b) + 1);
  }

  /** Each pair once, the lesser product first, with its count. */
  *[Symbol.iterator](): Generator<readonly [a: string, b: string, count: number]> {
    for (const [a, row] of this.#rows) for (const [b, count] of row) yield [a, b, count];
  }
}
