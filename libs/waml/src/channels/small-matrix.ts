import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { innerProducts } from './inner-products.js';

/** Rows that are worked on at a time, so that they stay in the cache. */
const BLOCK_ROWS = 256;

/** Aᵀ B of two row-major matrices with the same rows and k columns each: `[k, k]`. */
export function gram(a: Float32Array, b: Float32Array, k: number): Matrix {
  const sums = new Float64Array(k * k);
  const part = new Float64Array(k * k);
  const [left, right] = [new Float32Array(k * BLOCK_ROWS), new Float32Array(k * BLOCK_ROWS)];
  const at = Array.from({ length: k }, (_, column) => column * BLOCK_ROWS);
  for (let from = 0; from < a.length; from += k * BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, (a.length - from) / k);
    transposeBlock(a, from, rows, k, left);
    transposeBlock(b, from, rows, k, right);
    innerProducts({ matrix: left, at }, { matrix: right, at }, rows, part, 0, k);
    for (let i = 0; i < sums.length; i++) sums[i]! += part[i]!;
  }
  return Matrix.from1DArray(k, k, sums);
}

function transposeBlock(a: Float32Array, from: number, rows: number, k: number, out: Float32Array): void {
  for (let row = 0, at = from; row < rows; row++) {
    for (let column = 0; column < k; column++) out[column * BLOCK_ROWS + row] = a[at++]!;
  }
}

/** A M for a row-major A with k columns: `[rows, M.columns]`. */
export function timesSmall(a: Float32Array, k: number, m: Matrix): Float32Array {
  const width = m.columns;
  const rows = k === 0 ? 0 : a.length / k;
  const result = new Float32Array(rows * width);
  const columns = {
    matrix: Float32Array.from(m.transpose().to1DArray()),
    at: Array.from({ length: width }, (_, column) => column * k),
  };
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const at = Array.from({ length: Math.min(BLOCK_ROWS, rows - from) }, (_, row) => (from + row) * k);
    innerProducts({ matrix: a, at }, columns, k, result, from * width, width);
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
