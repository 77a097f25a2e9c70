import type { CoInteractions } from '../data/co-interactions.js';

const GRID = [1, 2, 5, 10, 20, 40, 80, 160];
/** With fewer pairs than this left, a higher threshold makes no other graph to speak of. */
const FEWEST_PAIRS = 100;
/**
 * Co-interaction thresholds worth trying: roughly each the double of the one before; at least one.
 *
 * @param mostPairs with more pairs than this a graph costs too much to try; the paper's has 3 per product
 */
export function thresholdsFor({ count }: CoInteractions, mostPairs: number): number[] {
  const pairsAt = (threshold: number): number => count.reduce((pairs, n) => pairs + (n >= threshold ? 1 : 0), 0);
  const affordable = GRID.filter((threshold) => pairsAt(threshold) <= mostPairs);
  const [lowest = GRID.at(-1)!, ...higher] = affordable;
  return [lowest, ...higher.filter((threshold) => pairsAt(threshold) >= FEWEST_PAIRS)];
}
