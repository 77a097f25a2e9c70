import type { GrowingRows } from './growing-rows.js';

/** Which row of some matrices belongs to which node: the given rows are found by id, later nodes get rows of their own. */
export class NodeRows {
  readonly #rows = new Map<number, number>();
  readonly #free: number[] = [];
  #next: number;

  /**
   * @param matrices all with the same rows
   * @param nodes node of each given row, undefined where the node is gone
   */
  constructor(
    private readonly matrices: readonly GrowingRows[],
    nodes: readonly (number | undefined)[],
  ) {
    this.#next = nodes.length;
    nodes.forEach((node, row) => {
      if (node !== undefined) this.#rows.set(node, row);
    });
  }

  find(node: number): number | undefined {
    return this.#rows.get(node);
  }

  /** The node's row; a new one is zero. */
  add(node: number): number {
    const known = this.#rows.get(node);
    if (known !== undefined) return known;
    const row = this.#free.pop() ?? this.#next++;
    for (const matrix of this.matrices) {
      matrix.grow(row);
      matrix.clear(row);
    }
    this.#rows.set(node, row);
    return row;
  }

  remove(node: number): void {
    const row = this.#rows.get(node);
    if (row === undefined) return;
    this.#rows.delete(node);
    this.#free.push(row);
  }
}
