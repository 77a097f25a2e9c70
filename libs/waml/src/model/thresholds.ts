import type { CoInteractionColumns } from './model-state.js';

const GRID = [1, 2, 5, 10, 20, 40, 80, 160];
/** With fewer pairs than this left, a higher threshold makes no other graph to speak of. */
const FEWEST_PAIRS = 100;

/**
 * Co-interaction thresholds worth trying: roughly each the double of the one before; at least one.
 *
 * @param mostPairs with more pairs than this a graph costs too much to try; the paper's has 3 per product
 * @param lowest the smallest count that the pairs were counted with
 */
export function thresholdsFor({ count }: Pick<CoInteractionColumns, 'count'>, mostPairs: number, lowest = 1): number[] {
  const grid = [lowest, ...GRID.filter((threshold) => threshold > lowest)];
  const pairs = grid.map(() => 0);
  for (let i = 0; i < count.length; i++) {
    for (let t = 0; t < grid.length && count[i]! >= grid[t]!; t++) pairs[t]!++;
  }
  const from = pairs.findIndex((number) => number <= mostPairs);
  if (from < 0) return [grid.at(-1)!];
  return grid.filter((_, t) => t === from || (t > from && pairs[t]! >= FEWEST_PAIRS));
}
