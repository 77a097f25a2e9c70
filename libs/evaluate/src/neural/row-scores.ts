import { innerProductScores, pickRows } from '../baselines/factors.js';
import type { Scores } from '../protocol/recommender.js';

/**
 * Scores by inner product of rows, which are copied: items first, then users.
 *
 * @param rows `[nodes, d]`
 */
export function rowScores(
  rows: Float32Array,
  dimensions: number,
  items: number,
  candidates: Int32Array,
): Scores['scoresOf'] {
  const sellers = Float32Array.from(rows.subarray(items * dimensions));
  const scores = innerProductScores({ dimensions, sellers, candidates: pickRows(rows, dimensions, candidates) }, {});
  return (seller) => scores.scoresOf(seller);
}
