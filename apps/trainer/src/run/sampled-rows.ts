/** At most `limit` rows of a matrix, at even distances: `[min(rows, limit), d]`. A view where all fit. */
export function sampledRows(matrix: Float32Array, dimensions: number, limit: number): Float32Array {
  const rows = matrix.length / dimensions;
  if (rows <= limit) return matrix;
  const sample = new Float32Array(limit * dimensions);
  for (let i = 0; i < limit; i++) {
    const row = Math.floor((i * rows) / limit);
    sample.set(matrix.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  }
  return sample;
}
