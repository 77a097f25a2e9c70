import { DEFAULT_CHANNEL_SETTINGS } from '../channels/channel.js';
import { encodeTextsOf } from './channel-source.js';
import type { ModelContext } from './context.js';
import { learnWeights } from './learn-weights.js';
import type { LearnedModel } from './learned-model.js';
import type { Replay } from './model-state.js';
import { DEFAULT_MODEL_SETTINGS, type ModelSettings } from './settings.js';
import { thresholdsFor } from './thresholds.js';

/** Settings are compared on fewer sellers and columns than the weights are then learned on: it is ten times as fast. */
const SEARCH_SELLERS = 150;
const SEARCH_DIMENSIONS = 256;
/** Eight channels over the edges of every threshold tried: what costs time is the edges. */
const MOST_PAIRS_PER_PRODUCT = 200;

/** Short α beside the paper's. */
const ALPHA_SETS: readonly (readonly number[])[] = [DEFAULT_CHANNEL_SETTINGS.alphas, [0.5, 0.5, 0.5], [0.3, 0.3, 0.3]];

/**
 * Chooses settings on the replay, by the log-likelihood of its listings, in a coordinate search: the threshold first,
 * since it matters most, then the normalisation, then α.
 *
 * @param base what is not searched: the width, the shares of listing prior and cold lift
 * @throws ThawError MODEL_TOO_LITTLE_DATA when the replay has no listings; the reason of the signal when it aborts
 */
export async function chooseSettings(
  replay: Replay,
  context: ModelContext,
  base: ModelSettings = DEFAULT_MODEL_SETTINGS,
): Promise<ModelSettings> {
  const { coInteractions, lowestCount, productIds } = replay.state;
  const dimensions = Math.min(SEARCH_DIMENSIONS, base.dimensions);
  const texts = await encodeTextsOf(context, dimensions);
  const thresholds = thresholdsFor(coInteractions, MOST_PAIRS_PER_PRODUCT * productIds.length, lowestCount);
  const total = thresholds.length + ALPHA_SETS.length;
  const { onProgress, ...silent } = context;
  let tried = 0;
  let best: LearnedModel | undefined;
  const tryAll = async (choices: readonly ModelSettings[]): Promise<ModelSettings> => {
    for (const choice of choices) {
      const { coInteractionThreshold, normalisation, alphas } = choice;
      const what = `replay with threshold ${coInteractionThreshold}, ${normalisation}, α ${alphas.join(' ')}`;
      onProgress?.({ what, fraction: tried++ / total });
      const options = { texts, bounds: { mostSellers: SEARCH_SELLERS } };
      const learned = await learnWeights(replay, { ...choice, dimensions }, silent, options);
      if (best === undefined || learned.logLikelihood > best.logLikelihood) best = learned;
    }
    return best!.settings;
  };
  const start = { ...base, ...DEFAULT_CHANNEL_SETTINGS };
  const first = await tryAll(thresholds.map((coInteractionThreshold) => ({ ...start, coInteractionThreshold })));
  const second = await tryAll([{ ...first, normalisation: 'symmetric' }]);
  const third = await tryAll(ALPHA_SETS.slice(1).map((alphas) => ({ ...second, alphas })));
  return { ...third, dimensions: base.dimensions };
}
