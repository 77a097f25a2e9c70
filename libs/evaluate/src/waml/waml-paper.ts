import { channelVectors, PAPER_CHANNEL, recallAt, thresholdsFor, type NodeVectors, type Propagate } from '@thaw/waml';
import { innerProductScores, pickRows } from '../baselines/factors.js';
import { rankTargets } from '../protocol/ranking.js';
import type { Recommender, Scores } from '../protocol/recommender.js';
import { replayOf, type Training } from '../protocol/training.js';
import { channelSource, prepareGraphInput, type GraphInput } from './graph-input.js';

/** As the paper has it: 256 for the node hashes and 256 for the content. */
const PAPER_DIMENSIONS = 512;
/** Thresholds are compared at fewer columns, and on any graph that a machine can hold: one channel costs little. */
const SEARCH_DIMENSIONS = 128;
const MOST_PAIRS_PER_PRODUCT = 1000;

/** Scores by inner product of folded or single-channel vectors. */
export function vectorScores(
  { dimensions, sellers, products }: NodeVectors,
  { candidates }: Training,
  settings: Readonly<Record<string, unknown>>,
): Scores {
  return innerProductScores({ dimensions, sellers, candidates: pickRows(products, dimensions, candidates) }, settings);
}

/** The paper's sum with its α, untrained; only the co-interaction threshold is chosen, on the time replay. */
export function wamlPaper(propagate: Propagate): Recommender {
  return {
    name: 'waml-paper',
    fit: async (training, context) => {
      const replay = replayOf(training);
      const before = await prepareGraphInput(replay.training, SEARCH_DIMENSIONS, propagate, context);
      const mostPairs = MOST_PAIRS_PER_PRODUCT * training.snapshot.log.catalogue.ids.length;
      const scoresAt = async (input: GraphInput, threshold: number): Promise<Scores> => {
        const vectors = await channelVectors(channelSource(input, threshold), PAPER_CHANNEL);
        return vectorScores(vectors, input.training, { threshold });
      };
      let best = { threshold: 1, recall: -1 };
      for (const threshold of thresholdsFor(before.coInteractions, mostPairs)) {
        context.onProgress?.(`replay with threshold ${threshold}`);
        const recall = recallAt(rankTargets(replay, await scoresAt(before, threshold)), 100);
        if (recall > best.recall) best = { threshold, recall };
      }
      const now = await prepareGraphInput(training, PAPER_DIMENSIONS, propagate, context);
      const scores = await scoresAt(now, best.threshold);
      const settings = {
        co_interaction_threshold: best.threshold,
        alphas: PAPER_CHANNEL.alphas,
        dimensions: PAPER_DIMENSIONS,
        replay_recall_at_100: best.recall,
      };
      return { ...scores, settings };
    },
  };
}
