import type { NetworkInputSettings } from '../network/node-inputs.js';
import type { ModelContext } from './context.js';
import { fitWeights, recallOn } from './learn-weights.js';
import type { LearnedModel } from './learned-model.js';
import type { Replay } from './model-state.js';
import { type EmbedRows, networkCosines, withNetwork } from './network-features.js';
import { NetworkRows } from './network-rows.js';
import { replayFeatures, type ReplayFeatures, type ReplayOptions } from './replay-features.js';
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
  /** What was measured on, for a network to be tried on the same. */
  readonly features: ReplayFeatures;
  /** Fitted on the listings before the held-back ones. */
  readonly early: LearnedModel;
  /** Of the replay's state, where a network's input was given. */
  readonly rows: NetworkRows | undefined;
}

export interface TrialOptions extends ReplayOptions {
  /** What is served now. With the same settings the fit starts from its weights. */
  readonly serving?: LearnedModel;
  /** Passes rows through the network of what is served now, where it has one. */
  readonly servingNetwork?: EmbedRows;
  /** What a network would see that is to be tried afterwards: its rows come with the trial. */
  readonly networkInput?: NetworkInputSettings;
}

/** The share of the replay's listings that weights are tried on: the last. */
export const HELD_BACK = 0.3;

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
  options: TrialOptions = {},
): Promise<Trial> {
  const { serving, servingNetwork, networkInput, ...others } = options;
  const rowsOf = (input: NetworkInputSettings | undefined, model: ModelSettings): NetworkRows | undefined =>
    input && new NetworkRows(input, model, replay.state);
  const featuresOf = (
    model: ModelSettings,
    within: ModelContext,
    ...rows: (NetworkRows | undefined)[]
  ): Promise<ReplayFeatures> =>
    replayFeatures(replay, model, within, {
      ...others,
      onChannel: (channel, vectors) => rows.forEach((each) => each?.take(channel, vectors)),
    });
  const sameChannels = serving !== undefined && sameVectors(settings, serving.settings);
  const rows = rowsOf(networkInput, settings);
  const servingRows = rowsOf(servingNetwork && serving?.network?.input, serving?.settings ?? settings);
  const features = await featuresOf(settings, context, rows, sameChannels ? servingRows : undefined);
  const from = 1 - HELD_BACK;
  const fit = {
    ...(sameChannels && { start: serving.weights }),
    ...(context.signal && { signal: context.signal }),
  };
  context.onProgress?.({ what: 'fitting the weights', fraction: 1 });
  const early = fitWeights(features, { ...fit, to: from });
  const learned = fitWeights(features, { ...fit, start: early.weights });
  const recallAt100 = recallOn(features, early.weights, 100, { from });
  const { chosen } = features.problem;
  let servingRecallAt100: number | undefined;
  if (serving !== undefined) {
    const { onProgress: told, ...silent } = context;
    told?.({ what: 'measuring the serving version', fraction: 1 });
    const channels = sameChannels ? features : await featuresOf(serving.settings, silent, servingRows);
    const served = await withServingNetwork(channels, serving, servingRows, servingNetwork);
    servingRecallAt100 = recallOn(served, serving.weights, 100, { from });
  }
  return {
    learned,
    recallAt100,
    servingRecallAt100,
    heldBackListings: chosen.length - Math.floor(from * chosen.length),
    features,
    early,
    rows,
  };
}

/** As it is served. Without its network's parameters the serving version is measured by its channels. */
async function withServingNetwork(
  features: ReplayFeatures,
  { network }: LearnedModel,
  rows: NetworkRows | undefined,
  embed: EmbedRows | undefined,
): Promise<ReplayFeatures> {
  if (network === undefined || rows === undefined || embed === undefined) return features;
  return withNetwork(features, network, await networkCosines(features, rows, embed));
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
