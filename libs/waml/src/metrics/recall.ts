/** One held-back edge and where the model ranked it. */
export interface RankedTarget {
  readonly seller: number;
  /** Place of the product among the candidates that the seller had not listed: 0 is the best. */
  readonly rank: number;
}

const isHit = ({ rank }: RankedTarget, k: number): boolean => rank < k;

/** Recall@K over edges (micro): the share of targets in their seller's first K. NaN when there are none. */
export function recallAt(targets: readonly RankedTarget[], k: number): number {
  return targets.filter((target) => isHit(target, k)).length / targets.length;
}

/** Hits and targets of each seller, in the order of first sight. */
export function hitsBySeller(targets: readonly RankedTarget[], k: number): { hits: number; targets: number }[] {
  const tallies = new Map<number, { hits: number; targets: number }>();
  for (const target of targets) {
    let tally = tallies.get(target.seller);
    if (tally === undefined) tallies.set(target.seller, (tally = { hits: 0, targets: 0 }));
    tally.targets++;
    if (isHit(target, k)) tally.hits++;
  }
  return [...tallies.values()];
}

/** Recall@K as the mean of every seller's own share (macro). NaN when there are no targets. */
export function macroRecallAt(targets: readonly RankedTarget[], k: number): number {
  const tallies = hitsBySeller(targets, k);
  return tallies.reduce((sum, tally) => sum + tally.hits / tally.targets, 0) / tallies.length;
}
