import { recallAt } from '@thaw/waml';
import { rankTargets } from '../protocol/ranking.js';
import type { FitContext, Recommender, Scores } from '../protocol/recommender.js';
import { replayOf, type Training } from '../protocol/training.js';

/** The list length that settings are chosen for. */
const TUNED_K = 100;

/**
 * A recommender that fits all `variants` on the time replay, and then the best of them (by Recall@100 there) on all
 * that is known. The first of equals wins.
 *
 * @param variantsFor the variants for one training state, so that they may share what they have in common
 */
export function tuned<Setting extends object>(
  name: string,
  settings: readonly Setting[],
  fit: (training: Training, context: FitContext) => (setting: Setting) => Scores,
): Recommender {
  return {
    name,
    fit: async (training, context) => {
      const replay = replayOf(training);
      const fitReplay = fit(replay.training, context);
      let best = settings[0]!;
      let bestRecall = -1;
      for (const setting of settings) {
        context.signal?.throwIfAborted();
        context.onProgress?.(`${name}: replay with ${JSON.stringify(setting)}`);
        await Promise.resolve(); // lets others on the event loop in between two fits
        const recall = recallAt(rankTargets(replay, fitReplay(setting)), TUNED_K);
        if (recall > bestRecall) [best, bestRecall] = [setting, recall];
      }
      const scores = fit(training, context)(best);
      return { ...scores, settings: { ...scores.settings, replay_recall_at_100: bestRecall } };
    },
  };
}
