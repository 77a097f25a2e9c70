import { rowOf, transposed, type SparseRows } from '../data/sparse-rows.js';
import { solvePositiveDefinite } from '../linear-algebra/cholesky.js';
import { gramOf, type Dense } from '../linear-algebra/dense.js';
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
function solveRows(ratings: SparseRows, others: Dense, { confidence, regularisation }: AlsSetting): Dense {
  const k = others.columns;
  const solved = new Float64Array(ratings.rows * k);
  const gram = gramOf(others);
  for (let i = 0; i < k; i++) gram[i * k + i]! += regularisation;
  const normal = new Float64Array(k * k);
  for (let r = 0; r < ratings.rows; r++) {
    const columns = rowOf(ratings, r);
    if (columns.length === 0) continue;
    normal.set(gram);
    const target = solved.subarray(r * k, (r + 1) * k);
    for (const column of columns) {
      const from = column * k;
      for (let i = 0; i < k; i++) {
        const value = others.values[from + i]!;
        const scaled = confidence * value;
        target[i]! += value + scaled;
        for (let j = 0; j <= i; j++) normal[i * k + j]! += scaled * others.values[from + j]!;
      }
    }
    solvePositiveDefinite(normal, target);
  }
  return { rows: ratings.rows, columns: k, values: solved };
}

/** Alternating least squares for implicit feedback. @returns `[rows, k]` and `[columns, k]` */
function factorise(ratings: SparseRows, setting: AlsSetting, seed: number): { rows: Dense; columns: Dense } {
  const flipped = transposed(ratings);
  let columns = randomMatrix(ratings.columns, setting.factors, seed);
  columns.values.forEach((value, i) => (columns.values[i] = 0.1 * value));
  let rows = solveRows(ratings, columns, setting);
  columns = solveRows(flipped, rows, setting);
  for (let i = 1; i < ITERATIONS; i++) {
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
    {
      dimensions,
      sellers: Float32Array.from(rows.values),
      candidates: pickRows(columns.values, dimensions, candidates),
    },
    { ...setting },
  );
});
