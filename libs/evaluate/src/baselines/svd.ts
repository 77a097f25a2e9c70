import { columnCounts, type SparseRows } from '../data/sparse-rows.js';
import type { Dense } from '../linear-algebra/dense.js';
import { truncatedSvd, type TruncatedSvd } from '../linear-algebra/truncated-svd.js';
import type { Recommender } from '../protocol/recommender.js';
import { innerProductScores, pickRows } from './factors.js';
import { tuned } from './tuned.js';

interface SvdSetting {
  readonly factors: number;
  /** Rows and columns are divided by their degree to this power: 0 as they are, 0.5 the symmetric normalisation. */
  readonly degreePower: number;
}

const FACTORS = [8, 16, 32, 64, 128];
const DEGREE_POWERS = [0, 0.25, 0.5];
const SETTINGS: readonly SvdSetting[] = DEGREE_POWERS.flatMap((degreePower) =>
  FACTORS.map((factors) => ({ factors, degreePower })),
);

function decompose(matrix: SparseRows, degreePower: number, seed: number): TruncatedSvd {
  const scale = (degree: number): number => (degree === 0 ? 0 : degree ** -degreePower);
  const rowWeights = Float64Array.from({ length: matrix.rows }, (_, r) =>
    scale(matrix.offsets[r + 1]! - matrix.offsets[r]!),
  );
  const columnWeights = Float64Array.from(columnCounts(matrix), scale);
  return truncatedSvd({ matrix, rowWeights, columnWeights }, Math.max(...FACTORS), seed);
}

function leadingColumns({ rows, columns, values }: Dense, kept: number): Float32Array {
  const result = new Float32Array(rows * kept);
  for (let r = 0; r < rows; r++) result.set(values.subarray(r * columns, r * columns + kept), r * kept);
  return result;
}

/** PureSVD (Cremonesi, Koren, Turrin 2010) on the seller × product listings. */
export const svd: Recommender = tuned('svd', SETTINGS, ({ snapshot, candidates }, { seed }) => {
  const decompositions = new Map<number, TruncatedSvd>();
  return (setting) => {
    let parts = decompositions.get(setting.degreePower);
    if (parts === undefined) {
      parts = decompose(snapshot.listed, setting.degreePower, seed);
      decompositions.set(setting.degreePower, parts);
    }
    const { left, singularValues, right } = parts;
    const dimensions = Math.min(setting.factors, singularValues.length);
    const sellers = leadingColumns(left, dimensions);
    sellers.forEach((value, i) => (sellers[i] = value * singularValues[i % dimensions]!));
    return innerProductScores(
      { dimensions, sellers, candidates: pickRows(leadingColumns(right, dimensions), dimensions, candidates) },
      { ...setting },
    );
  };
});
