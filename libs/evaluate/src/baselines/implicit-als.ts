import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { rowOf, transposed, type SparseRows } from '../data/sparse-rows.js';
import { randomMatrix } from '../linear-algebra/random-matrix.js';
import type { Recommender } from '../protocol/recommender.js';
import { innerProductScores, pickRows } from './factors.js';
import { tuned } from './tuned.js';

export interface AlsSetting {
  readonly factors: number;
  /** Confidence of a listing is 1 + this; of no listing, 1. */
  readonly confidence: number;
  readonly regularisation: number;
}

const ITERATIONS = 8;
const SETTINGS: readonly AlsSetting[] = [
  { factors: 16, confidence: 5, regularisation: 10 },
  { factors: 32, confidence: 5, regularisation: 10 },
  { factors: 32, confidence: 20, regularisation: 10 },
  { factors: 32, confidence: 20, regularisation: 50 },
  { factors: 64, confidence: 10, regularisation: 30 },
];

/** Solves every row's ridge regression on the other side's factors. */
function solveRows(
  ratings: SparseRows,
  others: Float64Array,
  { factors: k, confidence, regularisation }: AlsSetting,
): Float64Array {
  const solved = new Float64Array(ratings.rows * k);
  const gram = gramOf(others, k);
  for (let r = 0; r < ratings.rows; r++) {
    const columns = rowOf(ratings, r);
    if (columns.length === 0) continue;
    const normal = gram.slice();
    const target = new Float64Array(k);
    for (const column of columns) {
      const row = others.subarray(column * k, (column + 1) * k);
      for (let i = 0; i < k; i++) {
        const scaled = confidence * row[i]!;
        target[i]! += row[i]! + scaled;
        for (let j = 0; j <= i; j++) normal[i * k + j]! += scaled * row[j]!;
      }
    }
    solved.set(solve(normal, target, k, regularisation), r * k);
  }
  return solved;
}

/** Lower triangle of Yᵀ Y, row-major. */
function gramOf(rows: Float64Array, k: number): Float64Array {
  const gram = new Float64Array(k * k);
  for (let from = 0; from < rows.length; from += k) {
    for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) gram[i * k + j]! += rows[from + i]! * rows[from + j]!;
  }
  return gram;
}

function solve(lower: Float64Array, target: Float64Array, k: number, regularisation: number): number[] {
  const normal = new Matrix(k, k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      normal.set(i, j, lower[i * k + j]!);
      normal.set(j, i, lower[i * k + j]!);
    }
    normal.set(i, i, lower[i * k + i]! + regularisation);
  }
  return new CholeskyDecomposition(normal).solve(Matrix.columnVector(target)).to1DArray();
}

/** Alternating least squares for implicit feedback. @returns `[rows, k]` and `[columns, k]`, row-major */
export function factorise(
  ratings: SparseRows,
  setting: AlsSetting,
  seed: number,
): { rows: Float64Array; columns: Float64Array } {
  const flipped = transposed(ratings);
  const start = randomMatrix(ratings.columns, setting.factors, seed).to1DArray();
  let columns: Float64Array = Float64Array.from(start, (value) => 0.1 * value);
  let rows: Float64Array = new Float64Array(0);
  for (let i = 0; i < ITERATIONS; i++) {
    rows = solveRows(ratings, columns, setting);
    columns = solveRows(flipped, rows, setting);
  }
  return { rows, columns };
}

/** Implicit ALS (Hu, Koren, Volinsky 2008) on the seller × product listings. */
export const implicitAls: Recommender = tuned('als', SETTINGS, ({ snapshot, candidates }, { seed }) => (setting) => {
  const { rows, columns } = factorise(snapshot.listed, setting, seed);
  const dimensions = setting.factors;
  return innerProductScores(
    { dimensions, sellers: Float32Array.from(rows), candidates: pickRows(columns, dimensions, candidates) },
    { ...setting },
  );
});
