/** Rows of a row-major matrix: where each begins. */
export interface RowsAt {
  readonly matrix: Float32Array;
  /** Offset of each row in the matrix. */
  readonly at: ArrayLike<number>;
}

/**
 * All inner products of rows of two matrices: `out[outAt + i × stride + j] = Σ_k a_i[k] b_j[k]`. Two rows by four at a
 * time: every number that is loaded is used more than once, and eight sums do not wait for each other.
 *
 * @param dimensions length of the rows
 */
export function innerProducts(
  { matrix: a, at: aAt }: RowsAt,
  { matrix: b, at: bAt }: RowsAt,
  dimensions: number,
  out: Float32Array | Float64Array,
  outAt: number,
  stride: number,
): void {
  const [rows, columns] = [aAt.length, bAt.length];
  const pairs = rows - (rows % 2);
  const fours = columns - (columns % 4);
  for (let i = 0; i < pairs; i += 2) {
    const a0 = aAt[i]!;
    const a1 = aAt[i + 1]!;
    const row0 = outAt + i * stride;
    const row1 = row0 + stride;
    for (let j = 0; j < fours; j += 4) {
      const b0 = bAt[j]!;
      const b1 = bAt[j + 1]!;
      const b2 = bAt[j + 2]!;
      const b3 = bAt[j + 3]!;
      let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < dimensions; k++) {
        const x0 = a[a0 + k]!;
        const x1 = a[a1 + k]!;
        const y0 = b[b0 + k]!;
        const y1 = b[b1 + k]!;
        const y2 = b[b2 + k]!;
        const y3 = b[b3 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      out[row0 + j] = s00;
      out[row0 + j + 1] = s01;
      out[row0 + j + 2] = s02;
      out[row0 + j + 3] = s03;
      out[row1 + j] = s10;
      out[row1 + j + 1] = s11;
      out[row1 + j + 2] = s12;
      out[row1 + j + 3] = s13;
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < pairs ? fours : 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0, x = aAt[i]!, y = bAt[j]!; k < dimensions; k++) sum += a[x + k]! * b[y + k]!;
      out[outAt + i * stride + j] = sum;
    }
  }
}
