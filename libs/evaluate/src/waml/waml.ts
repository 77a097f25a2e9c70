import {
  chooseSettings,
  DEFAULT_MODEL_SETTINGS,
  embed,
  learnWeights,
  type FoldedModel,
  type LearnedModel,
  type ModelSettings,
  type Propagate,
  type ReplayBounds,
} from '@thaw/waml';
import type { Recommender } from '../protocol/recommender.js';
import { modelContextOf } from './graph-input.js';
import { modelReplayOf, modelStateOf } from './model-state.js';
import { vectorScores } from './waml-paper.js';

export interface WamlOptions extends Pick<ModelSettings, 'dimensions' | 'listingPrior' | 'coldLift'> {
  /** How much of the replay the weights are fitted on; as a run without a network where absent. */
  readonly bounds?: Partial<ReplayBounds>;
}

export const DEFAULT_WAML_OPTIONS: WamlOptions = DEFAULT_MODEL_SETTINGS;

export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** What was chosen and learned, for the report. */
export const wamlReport = (
  { settings, weights, replayRecallAt100 }: LearnedModel,
  { channels }: FoldedModel,
): Readonly<Record<string, unknown>> => ({
  co_interaction_threshold: settings.coInteractionThreshold,
  normalisation: settings.normalisation,
  alphas: settings.alphas,
  weights: Object.fromEntries(channels.map(({ name, weight }) => [name, rounded(weight)])),
  demand_weight: rounded(weights.demand),
  listing_weight: rounded(weights.listing),
  listing_prior: settings.listingPrior,
  cold_lift: Object.fromEntries(Object.entries(weights.coldLift).map(([stratum, lift]) => [stratum, rounded(lift)])),
  replay_recall_at_100: replayRecallAt100,
});

/** What Thaw serves: the model of `@thaw/waml`, retrained in full on the exact time replay. */
export function waml(propagate: Propagate, options: WamlOptions = DEFAULT_WAML_OPTIONS): Recommender {
  const { bounds, ...given } = options;
  return {
    name: 'waml',
    fit: async (training, fit) => {
      const context = modelContextOf(training, propagate, fit);
      const replay = modelReplayOf(training);
      const settings = await chooseSettings(replay, context, { ...DEFAULT_MODEL_SETTINGS, ...given });
      const learned = await learnWeights(replay, settings, context, { ...(bounds && { bounds }) });
      const model = await embed(modelStateOf(training), learned, context);
      return vectorScores(model, training, wamlReport(learned, model));
    },
  };
}
