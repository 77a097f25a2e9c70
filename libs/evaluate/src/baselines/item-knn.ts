import { columnCounts, rowOf, transposed, type SparseRows } from '../data/sparse-rows.js';
import type { Recommender, Scores } from '../protocol/recommender.js';
import type { Training } from '../protocol/training.js';
import { tuned } from './tuned.js';

/** Whose behaviour makes two products alike. */
export type KnnSource = 'sellers' | 'customers' | 'both';

interface KnnSetting {
  /** Added to the denominator of the cosine: how much evidence a similarity needs. */
  readonly shrinkage: number;
  /** Most similar listed products that count for a candidate. */
  readonly neighbours: number;
}

const SETTINGS: readonly KnnSetting[] = [0, 20].flatMap((shrinkage) =>
  [20, Infinity].map((neighbours) => ({ shrinkage, neighbours })),
);

/** Candidate × product: in how many rows (sellers or customers) both are. Dense, row-major. */
function overlaps(rows: SparseRows, candidates: Int32Array): Float32Array {
  const holders = transposed(rows);
  const counts = new Float32Array(candidates.length * rows.columns);
  candidates.forEach((candidate, i) => {
    const row = counts.subarray(i * rows.columns, (i + 1) * rows.columns);
    for (const holder of rowOf(holders, candidate)) for (const other of rowOf(rows, holder)) row[other]!++;
    row[candidate] = 0;
  });
  return counts;
}

/** Turns overlap counts into shrunk cosines. */
function similarities(
  counts: Float32Array,
  totals: Uint32Array,
  candidates: Int32Array,
  shrinkage: number,
): Float32Array {
  const result = new Float32Array(counts.length);
  candidates.forEach((candidate, i) => {
    for (let p = 0; p < totals.length; p++) {
      const at = i * totals.length + p;
      const count = counts[at]!;
      if (count > 0) result[at] = count / (Math.sqrt(totals[candidate]! * totals[p]!) + shrinkage);
    }
  });
  return result;
}

/** Sum of the `limit` largest of the first `length` values; disturbs their order. */
function sumOfLargest(values: Float32Array, length: number, limit: number): number {
  const used = values.subarray(0, length);
  if (length > limit) used.sort();
  let sum = 0;
  for (let i = Math.max(0, length - limit); i < length; i++) sum += used[i]!;
  return sum;
}

function scoresFrom(similarity: Float32Array, { snapshot, candidates }: Training, setting: KnnSetting): Scores {
  const products = snapshot.listed.columns;
  const scores = new Float64Array(candidates.length);
  return {
    settings: { ...setting, neighbours: Number.isFinite(setting.neighbours) ? setting.neighbours : 'all' },
    scoresOf: (seller) => {
      const listed = rowOf(snapshot.listed, seller);
      const values = new Float32Array(listed.length);
      for (let i = 0; i < candidates.length; i++) {
        let length = 0;
        for (const product of listed) {
          const value = similarity[i * products + product]!;
          if (value > 0) values[length++] = value;
        }
        scores[i] = sumOfLargest(values, length, setting.neighbours);
      }
      return scores;
    },
  };
}

/**
 * Item-based nearest neighbours (Sarwar et al. 2001): a candidate scores the sum of its similarities to what the seller
 * lists; similarity is the shrunk cosine of the sellers that list, or the customers that interacted with, both.
 */
export function itemKnn(source: KnnSource): Recommender {
  return tuned(`item-knn-${source}`, SETTINGS, (training) => {
    const { snapshot, candidates } = training;
    const parts = [
      ...(source === 'customers' ? [] : [snapshot.listed]),
      ...(source === 'sellers' ? [] : [snapshot.histories]),
    ].map((rows) => ({ counts: overlaps(rows, candidates), totals: columnCounts(rows) }));
    return (setting) => {
      const [first, ...others] = parts.map(({ counts, totals }) =>
        similarities(counts, totals, candidates, setting.shrinkage),
      );
      for (const other of others) for (let i = 0; i < other.length; i++) first![i]! += other[i]!;
      return scoresFrom(first!, training, setting);
    };
  });
}
