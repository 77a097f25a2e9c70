import {
  channelVectors,
  PAPER_CHANNEL,
  recallAt,
  thresholdsFor,
  type NodeVectors,
  type PropagatedChannel,
  type Propagate,
  type RankedTarget,
} from '@thaw/waml';
import { innerProductScores, pickRows } from '../baselines/factors.js';
import { rankTargets } from '../protocol/ranking.js';
import type { Recommender, Scores } from '../protocol/recommender.js';
import { replayOf, type Training } from '../protocol/training.js';
import { channelSource, prepareGraphInput, type GraphInput } from './graph-input.js';

/** The paper has 512 (256 of the node hashes and 256 of the content); hashes and projections err by 1/√d. */
const DIMENSIONS = 1024;
/** Settings are compared at fewer columns, and on any graph that a machine can hold: one channel costs little. */
const SEARCH_DIMENSIONS = 256;
const MOST_PAIRS_PER_PRODUCT = 1000;
/** One K is a handful of listings more or less; what is better at all of them is better. */
const SEARCH_KS = [50, 100, 200];

/** What the paper leaves open: it tunes neither on data other than its own. */
interface PaperSetting {
  readonly threshold: number;
  readonly typeHash: boolean;
}

const channelOf = ({ typeHash }: PaperSetting): PropagatedChannel => ({
  ...PAPER_CHANNEL,
  input: typeHash ? PAPER_CHANNEL.input : 'id+text',
});

const searchRecall = (ranked: readonly RankedTarget[]): number =>
  SEARCH_KS.reduce((sum, k) => sum + recallAt(ranked, k), 0) / SEARCH_KS.length;

/** Scores by inner product of folded or single-channel vectors. */
export function vectorScores(
  { dimensions, sellers, products }: NodeVectors,
  { candidates }: Training,
  settings: Readonly<Record<string, unknown>>,
): Scores {
  return innerProductScores({ dimensions, sellers, candidates: pickRows(products, dimensions, candidates) }, settings);
}

async function scoresAt(input: GraphInput, setting: PaperSetting): Promise<Scores> {
  const vectors = await channelVectors(channelSource(input, setting.threshold), channelOf(setting));
  return vectorScores(vectors, input.training, {});
}

/**
 * The paper's sum with its α, untrained. On the time replay are chosen the co-interaction threshold, and then whether
 * HASH(type) is in the sum: it acts as a prior by listings, which helps one shop and hurts another.
 */
export function wamlPaper(propagate: Propagate): Recommender {
  return {
    name: 'waml-paper',
    fit: async (training, context) => {
      const replay = replayOf(training);
      const before = await prepareGraphInput(replay.training, SEARCH_DIMENSIONS, propagate, context);
      const mostPairs = MOST_PAIRS_PER_PRODUCT * training.snapshot.log.catalogue.ids.length;
      let best: { setting: PaperSetting; recall: number; recallAt100: number } | undefined;
      const consider = async (setting: PaperSetting): Promise<void> => {
        context.onProgress?.(`replay with threshold ${setting.threshold}${setting.typeHash ? '' : ', no type hash'}`);
        const ranked = rankTargets(replay, await scoresAt(before, setting));
        const recall = searchRecall(ranked);
        if (best !== undefined && recall <= best.recall) return;
        best = { setting, recall, recallAt100: recallAt(ranked, 100) };
      };
      const thresholds = thresholdsFor(before.coInteractions, mostPairs);
      for (const threshold of thresholds) await consider({ threshold, typeHash: true });
      const { setting } = best!;
      await consider({ ...setting, typeHash: false });
      const chosen = best!;
      const now = await prepareGraphInput(training, DIMENSIONS, propagate, context);
      const scores = await scoresAt(now, chosen.setting);
      const settings = {
        co_interaction_threshold: chosen.setting.threshold,
        type_hash: chosen.setting.typeHash,
        alphas: PAPER_CHANNEL.alphas,
        dimensions: DIMENSIONS,
        replay_recall_at_100: chosen.recallAt100,
      };
      return { ...scores, settings };
    },
  };
}
