/** A sparse binary matrix by rows: row r has the columns `indices[offsets[r] … offsets[r + 1])`, each once. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** `[rows + 1]` */
  readonly offsets: Uint32Array;
  readonly indices: Uint32Array;
}

/** The columns of row r; a view. */
export function rowOf({ offsets, indices }: SparseRows, r: number): Uint32Array {
  return indices.subarray(offsets[r], offsets[r + 1]);
}

/** Builds rows from pairs; the pairs of a row keep their order. No pair may be given twice. */
export function sparseRows(
  rows: number,
  columns: number,
  row: ArrayLike<number>,
  column: ArrayLike<number>,
): SparseRows {
  const offsets = new Uint32Array(rows + 1);
  for (let i = 0; i < row.length; i++) offsets[row[i]! + 1]!++;
  for (let r = 0; r < rows; r++) offsets[r + 1]! += offsets[r]!;
  const next = offsets.slice(0, rows);
  const indices = new Uint32Array(row.length);
  for (let i = 0; i < row.length; i++) indices[next[row[i]!]!++] = column[i]!;
  return { rows, columns, offsets, indices };
}

/** The matrix with rows and columns exchanged; rows come out ascending. */
export function transposed({ rows, columns, offsets, indices }: SparseRows): SparseRows {
  const row = new Uint32Array(indices.length);
  for (let r = 0; r < rows; r++) row.fill(r, offsets[r], offsets[r + 1]);
  return sparseRows(columns, rows, indices, row);
}

/** How many rows have each column. */
export function columnCounts({ columns, indices }: SparseRows): Uint32Array {
  const counts = new Uint32Array(columns);
  for (const column of indices) counts[column]!++;
  return counts;
}
