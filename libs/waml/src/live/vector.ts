/** `into` += scale × `rows[from …]`. */
export function addScaled(rows: Float32Array, from: number, scale: number, into: Float64Array): void {
  const { length } = into;
  for (let k = 0; k < length; k++) into[k]! += scale * rows[from + k]!;
}

/** A row of a matrix, and what it counts for in a sum. */
export interface Term {
  readonly rows: Float32Array;
  readonly from: number;
  readonly scale: number;
}

/** `into` += Σ scale × row. Four rows at a time, so that `into` is read and written a quarter as often. */
export function addTerms(terms: readonly Term[], into: Float64Array): void {
  const { length } = into;
  let i = 0;
  for (; i + 3 < terms.length; i += 4) {
    const { rows: a, from: fromA, scale: x } = terms[i]!;
    const { rows: b, from: fromB, scale: y } = terms[i + 1]!;
    const { rows: c, from: fromC, scale: z } = terms[i + 2]!;
    const { rows: d, from: fromD, scale: w } = terms[i + 3]!;
    for (let k = 0; k < length; k++) {
      into[k]! += x * a[fromA + k]! + y * b[fromB + k]! + (z * c[fromC + k]! + w * d[fromD + k]!);
    }
  }
  for (; i < terms.length; i++) addScaled(terms[i]!.rows, terms[i]!.from, terms[i]!.scale, into);
}

export function lengthOf(vector: Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

/** Divides by the length, in place; a vector no longer than `shortest` becomes zero. Returns whether it did not. */
export function normalise(vector: Float64Array, shortest = 0): boolean {
  const length = lengthOf(vector);
  const isLong = length > shortest;
  const scale = isLong ? 1 / length : 0;
  for (let k = 0; k < vector.length; k++) vector[k]! *= scale;
  return isLong;
}
