/**
 * Solves M x = b for a symmetric positive definite M, in place: a ridge regression a row makes hundreds of thousands of
 * small ones, for each of which a matrix object would cost more than the arithmetic.
 *
 * @param lower `[k, k]` row-major, of which the lower triangle is read, and overwritten by the Cholesky factor
 * @param b `[k]`, overwritten by x
 */
export function solvePositiveDefinite(lower: Float64Array, b: Float64Array): void {
  const k = b.length;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * k + j]!;
      for (let c = 0; c < j; c++) sum -= lower[i * k + c]! * lower[j * k + c]!;
      lower[i * k + j] = i === j ? Math.sqrt(sum) : sum / lower[j * k + j]!;
    }
  }
  for (let i = 0; i < k; i++) {
    let sum = b[i]!;
    for (let c = 0; c < i; c++) sum -= lower[i * k + c]! * b[c]!;
    b[i] = sum / lower[i * k + i]!;
  }
  for (let i = k - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let c = i + 1; c < k; c++) sum -= lower[c * k + i]! * b[c]!;
    b[i] = sum / lower[i * k + i]!;
  }
}
