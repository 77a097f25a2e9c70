/** What a new version is judged by. */
export interface GateFigures {
  readonly recallAt100: number;
  /** The serving version on the same held-back listings; undefined where none serves. */
  readonly servingRecallAt100: number | undefined;
  readonly heldBackListings: number;
  /** Of the index against exact search; undefined: the index is exact. */
  readonly indexRecall: number | undefined;
}

export interface GateSettings {
  readonly recallTolerance: number;
  readonly minIndexRecall: number;
}

export interface Verdict {
  readonly passed: boolean;
  readonly reason: string;
}

/** With fewer held-back listings than this a difference in recall is chance. */
const FEWEST_LISTINGS = 30;

const figure = (value: number): string => value.toFixed(4);

/** Whether a version may serve: no worse than the serving one by more than the tolerance, and its index finds its best. */
export function judge(figures: GateFigures, { recallTolerance, minIndexRecall }: GateSettings): Verdict {
  const { recallAt100, servingRecallAt100, heldBackListings, indexRecall } = figures;
  if (!Number.isFinite(recallAt100)) return { passed: false, reason: 'Recall@100 is not a number' };
  if (indexRecall !== undefined && !(indexRecall >= minIndexRecall)) {
    const reason = `the index finds ${figure(indexRecall)} of what exact search does, below ${minIndexRecall}`;
    return { passed: false, reason };
  }
  const own = `Recall@100 ${figure(recallAt100)} on ${heldBackListings} held-back listings`;
  if (servingRecallAt100 === undefined) return { passed: true, reason: `${own}; no version serves yet` };
  const beside = `${own}, the serving version ${figure(servingRecallAt100)}`;
  if (heldBackListings < FEWEST_LISTINGS) return { passed: true, reason: `${beside}: too few to tell them apart` };
  if (recallAt100 >= servingRecallAt100 - recallTolerance) return { passed: true, reason: beside };
  return { passed: false, reason: `${beside}: worse by more than ${recallTolerance}` };
}
