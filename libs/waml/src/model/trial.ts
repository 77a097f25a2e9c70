import type { ModelContext } from './context.js';
import { fitWeights, recallOn } from './learn-weights.js';
import type { LearnedModel } from './learned-model.js';
import type { Replay } from './model-state.js';
import { replayFeatures, type ReplayOptions } from './replay-features.js';
import type { ModelSettings } from './settings.js';

/** A model that was tried before it is served. */
export interface Trial {
  /** Fitted on the whole replay: what is served if the trial is passed. */
  readonly learned: LearnedModel;
  /** Recall@100 on the held-back listings of the same settings fitted on those before. */
  readonly recallAt100: number;
  /** Recall@100 of the serving model on the same held-back listings; undefined where nothing is served yet. */
  readonly servingRecallAt100: number | undefined;
  readonly heldBackListings: number;
}

export interface TrialOptions extends ReplayOptions {
  /** What is served now. With the same settings the fit starts from its weights. */
  readonly serving?: LearnedModel;
}

/** The share of the replay's listings that weights are tried on: the last. */
const HELD_BACK = 0.3;

/**
 * Fits weights on the replay's first listings, measures them on the last, beside those that are served, and then fits
 * them on all. The serving weights have seen some of the held-back listings if they were fitted lately, so that the
 * comparison errs in their favour.
 *
 * @throws ThawError MODEL_TOO_LITTLE_DATA; the reason of the context's signal when it aborts
 */
export async function trial(
  replay: Replay,
  settings: ModelSettings,
  context: ModelContext,
  { serving, ...options }: TrialOptions = {},
): Promise<Trial> {
  const features = await replayFeatures(replay, settings, context, options);
  const from = 1 - HELD_BACK;
  const sameChannels = serving !== undefined && sameVectors(settings, serving.settings);
  const fit = {
    ...(sameChannels && { start: serving.weights }),
    ...(context.signal && { signal: context.signal }),
  };
  context.onProgress?.({ what: 'fitting the weights', fraction: 1 });
  const early = fitWeights(features, { ...fit, to: from });
  const learned = fitWeights(features, { ...fit, start: early.weights });
  const recallAt100 = recallOn(features, early.weights, 100, { from });
  const { chosen } = features.problem;
  const servingFeatures =
    serving === undefined
      ? undefined
      : sameChannels
        ? features
        : await replayFeatures(replay, serving.settings, context, options);
  return {
    learned,
    recallAt100,
    servingRecallAt100: servingFeatures && recallOn(servingFeatures, serving!.weights, 100, { from }),
    heldBackListings: chosen.length - Math.floor(from * chosen.length),
  };
}

/** Whether two settings give every node the same vectors, so that weights of one mean the same in the other. */
export function sameVectors(a: ModelSettings, b: ModelSettings): boolean {
  return (
    a.coInteractionThreshold === b.coInteractionThreshold &&
    a.dimensions === b.dimensions &&
    a.normalisation === b.normalisation &&
    a.alphas.join() === b.alphas.join()
  );
}
