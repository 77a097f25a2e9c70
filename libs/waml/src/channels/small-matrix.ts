import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Aᵀ B of two row-major matrices with the same rows and k columns each: `[k, k]`. */
export function gram(a: Float32Array, b: Float32Array, k: number): Matrix {
  const sums = new Float64Array(k * k);
  for (let from = 0; from < a.length; from += k) {
    for (let i = 0; i < k; i++) {
      const value = a[from + i]!;
      if (value === 0) continue;
      for (let j = 0; j < k; j++) sums[i * k + j]! += value * b[from + j]!;
    }
  }
  return Matrix.from1DArray(k, k, sums);
}

/** A M for a row-major A with k columns: `[rows, M.columns]`. */
export function timesSmall(a: Float32Array, k: number, m: Matrix): Float32Array {
  const width = m.columns;
  const result = new Float32Array((a.length / k) * width);
  const columns = m.to1DArray();
  for (let row = 0; row * k < a.length; row++) {
    for (let i = 0; i < k; i++) {
      const value = a[row * k + i]!;
      if (value === 0) continue;
      for (let j = 0; j < width; j++) result[row * width + j]! += value * columns[i * width + j]!;
    }
  }
  return result;
}

/** The eigenpairs of a symmetric matrix, the largest eigenvalue first; eigenvectors are columns. */
export function symmetricEigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return { values: order.map((i) => realEigenvalues[i]!), vectors: eigenvectorMatrix.subMatrixColumn(order) };
}

/** Relative to the largest eigenvalue: what is smaller is rounding. */
const SINGULAR = 1e-10;

/** Columns that span the same space as A's and are orthonormal: A V diag(λ)^-½ of AᵀA = V diag(λ) Vᵀ. May be fewer. */
export function orthonormalColumns(a: Float32Array, k: number): { columns: Float32Array; k: number } {
  const { values, vectors } = symmetricEigen(gram(a, a, k));
  const kept = values.filter((value) => value > SINGULAR * values[0]!).length;
  const scaled = vectors.subMatrix(0, k - 1, 0, Math.max(0, kept - 1));
  values.slice(0, kept).forEach((value, column) => scaled.mulColumn(column, 1 / Math.sqrt(value)));
  return { columns: timesSmall(a, k, scaled), k: kept };
}
