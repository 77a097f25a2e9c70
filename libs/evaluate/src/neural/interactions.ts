import { buildCsr } from '@thaw/waml';
import type { SparseRows } from '../data/sparse-rows.js';
import type { EmbeddingKernel, SpreadGraph } from './kernel/embedding-kernel.js';

/** Edges that bear on items without being anybody's interaction, such as those of categories. */
export interface ItemGroups {
  readonly groups: number;
  /** Group of each item, −1 for none. */
  readonly groupOf: ArrayLike<number>;
}

/**
 * The graph of users and their items, normalised symmetrically: edge (u, v) weighs 1/√(dᵤ dᵥ). Nodes are the items, then
 * the users, then the groups.
 *
 * @param items user × item
 */
export function interactionGraph(kernel: EmbeddingKernel, items: SparseRows, groups?: ItemGroups): SpreadGraph {
  const first: number[] = [];
  const second: number[] = [];
  for (let u = 0; u < items.rows; u++) {
    for (let i = items.offsets[u]!; i < items.offsets[u + 1]!; i++) {
      first.push(items.columns + u);
      second.push(items.indices[i]!);
    }
  }
  for (let item = 0; item < (groups === undefined ? 0 : items.columns); item++) {
    const group = groups!.groupOf[item]!;
    if (group < 0) continue;
    first.push(items.columns + items.rows + group);
    second.push(item);
  }
  const rows = items.columns + items.rows + (groups?.groups ?? 0);
  const { offsets, neighbours } = buildCsr(rows, { first, second });
  const roots = Float32Array.from(
    { length: rows },
    (_, v) => 1 / Math.sqrt(Math.max(1, offsets[v + 1]! - offsets[v]!)),
  );
  const scales = kernel.floatsOf(roots);
  return {
    rows,
    offsets: kernel.indicesOf(offsets),
    neighbours: kernel.indicesOf(neighbours),
    left: scales,
    right: scales,
  };
}

/** The same rows with ascending columns. */
export function sortedRows(items: SparseRows): SparseRows {
  const indices = items.indices.slice();
  for (let r = 0; r < items.rows; r++) indices.subarray(items.offsets[r], items.offsets[r + 1]).sort();
  return { ...items, indices };
}

/** Whether row r has the column; rows ascend. */
export function hasColumn({ offsets, indices }: SparseRows, r: number, column: number): boolean {
  let low = offsets[r]!;
  const end = offsets[r + 1]!;
  for (let high = end; low < high;) {
    const middle = (low + high) >>> 1;
    if (indices[middle]! < column) low = middle + 1;
    else high = middle;
  }
  return low < end && indices[low] === column;
}
