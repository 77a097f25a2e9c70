/** Unit vectors of sellers and products in one space, row-major; rows may be zero. */
export interface NodeVectors {
  readonly dimensions: number;
  /** `[products, d]` */
  readonly products: Float32Array;
  /** `[sellers, d]` */
  readonly sellers: Float32Array;
}

/** Divides every row by its length, in place; zero rows stay. */
export function normaliseRows(rows: Float32Array, dimensions: number): Float32Array {
  for (let from = 0; from < rows.length; from += dimensions) {
    let squares = 0;
    for (let k = from; k < from + dimensions; k++) squares += rows[k]! * rows[k]!;
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let k = from; k < from + dimensions; k++) rows[k]! *= scale;
  }
  return rows;
}

/** Inner product of d columns from two offsets. Four sums at once: the additions of one would wait for each other. */
export function dotAt(a: Float32Array, fromA: number, b: Float32Array, fromB: number, dimensions: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < dimensions; k += 4) {
    s0 += a[fromA + k]! * b[fromB + k]!;
    s1 += a[fromA + k + 1]! * b[fromB + k + 1]!;
    s2 += a[fromA + k + 2]! * b[fromB + k + 2]!;
    s3 += a[fromA + k + 3]! * b[fromB + k + 3]!;
  }
  for (; k < dimensions; k++) s0 += a[fromA + k]! * b[fromB + k]!;
  return s0 + s1 + (s2 + s3);
}
