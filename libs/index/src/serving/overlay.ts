import { RowStore } from '../exact/row-store.js';
import { type Accept, type Hit, NEWER } from '../types.js';

/** Vectors by id, searched exactly: what is newer than the base, or all there is of an exact index. */
export class Overlay {
  readonly #rows: RowStore;
  readonly #ids: string[] = [];
  readonly #rowOf = new Map<string, number>();

  constructor(dimensions: number) {
    this.#rows = new RowStore(dimensions);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** A view. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  has(id: string): boolean {
    return this.#rowOf.has(id);
  }

  /** A copy, `[D]`. */
  get(id: string): Float32Array | undefined {
    const row = this.#rowOf.get(id);
    return row === undefined ? undefined : this.#rows.get(row);
  }

  /** Throws ThawError INDEX_MEMORY. */
  set(id: string, vector: Float32Array): void {
    const row = this.#rowOf.get(id);
    if (row !== undefined) {
      this.#rows.set(row, vector);
      return;
    }
    this.#rowOf.set(id, this.#rows.push(vector));
    this.#ids.push(id);
  }

  delete(id: string): void {
    const row = this.#rowOf.get(id);
    if (row === undefined) return;
    const last = this.#ids.pop()!;
    this.#rows.replaceByLast(row);
    this.#rowOf.delete(id);
    if (last === id) return;
    this.#ids[row] = last;
    this.#rowOf.set(last, row);
  }

  search(query: Float32Array, k: number, accept?: Accept): Hit[] {
    const acceptRow = accept && ((row: number): boolean => accept(this.#ids[row]!, NEWER));
    return this.#rows
      .search(query, k, acceptRow)
      .map(({ item, score }) => ({ id: this.#ids[item]!, row: NEWER, score }));
  }
}
