/** `into` += scale × `rows[from …]`. */
export function addScaled(rows: Float32Array, from: number, scale: number, into: Float64Array): void {
  for (let k = 0; k < into.length; k++) into[k]! += scale * rows[from + k]!;
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
