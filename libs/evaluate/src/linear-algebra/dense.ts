import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A dense matrix, row-major. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` */
  readonly values: Float64Array;
}

/** Aᵀ A: `[columns, columns]`, row-major. */
export function gramOf({ columns: k, values }: Dense): Float64Array {
  const gram = new Float64Array(k * k);
  for (let from = 0; from < values.length; from += k) {
    for (let i = 0; i < k; i++) {
      const value = values[from + i]!;
      if (value === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * k + j]! += value * values[from + j]!;
    }
  }
  for (let i = 0; i < k; i++) for (let j = i + 1; j < k; j++) gram[i * k + j] = gram[j * k + i]!;
  return gram;
}

/** A B */
export function product(a: Dense, b: Dense): Dense {
  const values = new Float64Array(a.rows * b.columns);
  for (let r = 0; r < a.rows; r++) {
    for (let i = 0; i < a.columns; i++) {
      const value = a.values[r * a.columns + i]!;
      for (let c = 0; c < b.columns; c++) values[r * b.columns + c]! += value * b.values[i * b.columns + c]!;
    }
  }
  return { rows: a.rows, columns: b.columns, values };
}

/** Eigenpairs of Aᵀ A, the largest first, without those that rounding made. */
export interface RightSingular {
  /** Squares of A's singular values, descending. */
  readonly squares: readonly number[];
  /** `[A.columns, squares.length]`: A's right singular vectors. */
  readonly vectors: Dense;
}

/** Relative to the largest eigenvalue. */
const ROUNDING = 1e-12;

/** A's singular values and right singular vectors, by way of Aᵀ A: exact to about 1e-6 of the largest. */
export function rightSingular(a: Dense, most = Infinity): RightSingular {
  const k = a.columns;
  const gram = Matrix.from1DArray(k, k, gramOf(a));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((i, j) => realEigenvalues[j]! - realEigenvalues[i]!);
  const largest = realEigenvalues[order[0]!]!;
  const kept = order.filter((i, place) => place < most && realEigenvalues[i]! > ROUNDING * largest);
  const values = new Float64Array(k * kept.length);
  for (let i = 0; i < k; i++)
    kept.forEach((j, place) => (values[i * kept.length + place] = eigenvectorMatrix.get(i, j)));
  return {
    squares: kept.map((i) => realEigenvalues[i]!),
    vectors: { rows: k, columns: kept.length, values },
  };
}

/** Divides column c by the root of `squares[c]`, in place. */
export function unitColumns(a: Dense, squares: readonly number[]): Dense {
  const scales = squares.map((square) => 1 / Math.sqrt(square));
  a.values.forEach((value, i) => (a.values[i] = value * scales[i % a.columns]!));
  return a;
}

/** Columns that span what A's span and are orthonormal; fewer than A has where those depend on each other. */
export function orthonormal(a: Dense): Dense {
  const { squares, vectors } = rightSingular(a);
  return unitColumns(product(a, vectors), squares);
}
