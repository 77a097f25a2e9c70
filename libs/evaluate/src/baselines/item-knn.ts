import { columnCounts, rowOf, type SparseRows } from '../data/sparse-rows.js';
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

/** Product × candidate: in how many rows (sellers or customers) both are. Dense, row-major. */
function overlaps(rows: SparseRows, candidates: Int32Array): Float32Array {
  const width = candidates.length;
  const position = new Int32Array(rows.columns).fill(-1);
  candidates.forEach((candidate, i) => (position[candidate] = i));
  const counts = new Float32Array(rows.columns * width);
  for (let r = 0; r < rows.rows; r++) {
    const products = rowOf(rows, r);
    for (const candidate of products) {
      const i = position[candidate]!;
      if (i < 0) continue;
      for (const other of products) if (other !== candidate) counts[other * width + i]!++;
    }
  }
  return counts;
}

/** Adds the shrunk cosines that overlap counts make. */
function addSimilarities(
  sums: Float32Array,
  counts: Float32Array,
  totals: Uint32Array,
  candidates: Int32Array,
  shrinkage: number,
): void {
  const width = candidates.length;
  for (let p = 0; p < totals.length; p++) {
    for (let i = 0; i < width; i++) {
      const count = counts[p * width + i]!;
      if (count > 0) sums[p * width + i]! += count / (Math.sqrt(totals[candidates[i]!]! * totals[p]!) + shrinkage);
    }
  }
}

/** Keeps the largest values of each candidate in `largest`, `[candidates, limit]`, every row ascending. */
function keepLargest(largest: Float32Array, limit: number, row: Float32Array): void {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    const from = i * limit;
    if (value <= largest[from]!) continue;
    let at = from;
    for (; at + 1 < from + limit && largest[at + 1]! < value; at++) largest[at] = largest[at + 1]!;
    largest[at] = value;
  }
}

function scoresFrom(
  similarity: Float32Array,
  { snapshot, candidates }: Training,
  { shrinkage, neighbours }: KnnSetting,
): Scores {
  const width = candidates.length;
  const scores = new Float64Array(width);
  const rowsOf = (seller: number): Float32Array[] =>
    Array.from(rowOf(snapshot.listed, seller), (product) =>
      similarity.subarray(product * width, (product + 1) * width),
    );
  const addAll = (row: Float32Array): void => row.forEach((value, i) => (scores[i]! += value));
  return {
    settings: { shrinkage, neighbours: Number.isFinite(neighbours) ? neighbours : 'all' },
    scoresOf: (seller) => {
      scores.fill(0);
      const rows = rowsOf(seller);
      if (rows.length <= neighbours) {
        rows.forEach(addAll);
        return scores;
      }
      const largest = new Float32Array(width * neighbours);
      for (const row of rows) keepLargest(largest, neighbours, row);
      largest.forEach((value, at) => (scores[Math.floor(at / neighbours)]! += value));
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
    const sums = new Map<number, Float32Array>();
    return (setting) => {
      let similarity = sums.get(setting.shrinkage);
      if (similarity === undefined) {
        sums.clear(); // the settings go through one shrinkage after another, and a matrix is large
        sums.set(setting.shrinkage, (similarity = new Float32Array(parts[0]!.counts.length)));
        for (const { counts, totals } of parts)
          addSimilarities(similarity, counts, totals, candidates, setting.shrinkage);
      }
      return scoresFrom(similarity, training, setting);
    };
  });
}
