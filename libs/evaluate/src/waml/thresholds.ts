import type { CoInteractions } from '../data/co-interactions.js';

const GRID = [1, 2, 5, 10, 20, 40, 80, 160];
/** With fewer pairs than this left, a higher threshold makes no other graph to speak of. */
const FEWEST_PAIRS = 100;
/**
 * Pairs per product above which a graph is no reduction any more: the paper's has 3 (METHOD, Table 5), and what costs
 * time and memory is the edges.
 */
const MOST_PAIRS_PER_PRODUCT = 100;

/** Co-interaction thresholds worth trying: roughly each the double of the one before; at least one. */
export function thresholdsFor({ count }: CoInteractions, products: number): number[] {
  const pairsAt = (threshold: number): number => count.reduce((pairs, n) => pairs + (n >= threshold ? 1 : 0), 0);
  const affordable = GRID.filter((threshold) => pairsAt(threshold) <= MOST_PAIRS_PER_PRODUCT * products);
  const [lowest = GRID.at(-1)!, ...higher] = affordable;
  return [lowest, ...higher.filter((threshold) => pairsAt(threshold) >= FEWEST_PAIRS)];
}
