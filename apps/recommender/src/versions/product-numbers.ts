import type { Interner } from '@thaw/graph';

const UNKNOWN = -1;

/**
 * Numbers that the served graph has for the products of a version, by row of its vectors. To look an id up among all
 * products costs a cache miss or two, and every answer asks for a hundred: so it is looked up once, and from then on only
 * seen to have its number still.
 */
export class ProductNumbers {
  readonly #numbers: Int32Array;

  constructor(rows: number) {
    this.#numbers = new Int32Array(rows).fill(UNKNOWN);
  }

  /** Tells the number of a row's id. */
  set(row: number, number: number): void {
    this.#numbers[row] = number;
  }

  /** @param row of the id; any other number where it has none */
  find(ids: Interner, id: string, row: number): number | undefined {
    const known = this.#numbers[row] ?? UNKNOWN;
    if (known !== UNKNOWN && ids.isAt(known, id)) return known;
    const number = ids.find(id);
    if (number !== undefined && row >= 0) this.#numbers[row] = number;
    return number;
  }
}
