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

/** Verdicts as they are counted. */
export const VERDICTS = ['passed', 'recall_low', 'index_recall_low', 'not_a_number'] as const;
export type VerdictName = (typeof VERDICTS)[number];

export interface Verdict {
  readonly passed: boolean;
  /** For people. */
  readonly reason: string;
  readonly name: VerdictName;
}

/** With fewer held-back listings than this a difference in recall is chance. */
const FEWEST_LISTINGS = 30;

const passed = (reason: string): Verdict => ({ passed: true, reason, name: 'passed' });
const rejected = (name: VerdictName, reason: string): Verdict => ({ passed: false, reason, name });

const figure = (value: number): string => value.toFixed(4);

/** Whether a version may serve: no worse than the serving one by more than the tolerance, and its index finds its best. */
export function judge(figures: GateFigures, { recallTolerance, minIndexRecall }: GateSettings): Verdict {
  const { recallAt100, servingRecallAt100, heldBackListings, indexRecall } = figures;
  if (!Number.isFinite(recallAt100)) return rejected('not_a_number', 'Recall@100 is not a number');
  if (indexRecall !== undefined && !(indexRecall >= minIndexRecall)) {
    const reason = `the index finds ${figure(indexRecall)} of what exact search does, below ${minIndexRecall}`;
    return rejected('index_recall_low', reason);
  }
  const own = `Recall@100 ${figure(recallAt100)} on ${heldBackListings} held-back listings`;
  if (servingRecallAt100 === undefined) return passed(`${own}; no version serves yet`);
  const beside = `${own}, the serving version ${figure(servingRecallAt100)}`;
  if (heldBackListings < FEWEST_LISTINGS) return passed(`${beside}: too few to tell them apart`);
  if (recallAt100 >= servingRecallAt100 - recallTolerance) return passed(beside);
  return rejected('recall_low', `${beside}: worse by more than ${recallTolerance}`);
}
