import { ThawError } from '@thaw/contracts';
import { fitConditionalLogit, utilitiesOf, type ChoiceProblem } from '../channels/conditional-logit.js';
import { choiceRecall } from './choice-problem.js';
import { coldLift } from './cold-lift.js';
import type { ModelContext } from './context.js';
import type { LearnedModel, ModelWeights } from './learned-model.js';
import { listingStratum } from '../metrics/strata.js';
import type { Replay } from './model-state.js';
import { replayFeatures, type ReplayFeatures, type ReplayOptions } from './replay-features.js';
import type { ModelSettings } from './settings.js';

/** A stretch of a replay's listings in the order of time, as shares of all of them. */
export interface ReplayPart {
  /** 0 where absent. */
  readonly from?: number;
  /** 1 where absent. */
  readonly to?: number;
}

export interface FitWeightsOptions extends ReplayPart {
  /** Weights to start from, of a model with the same channels: the optimum is the same, and nearer. */
  readonly start?: ModelWeights;
  readonly signal?: AbortSignal;
}

/**
 * Fits the weights to a part of the replay's listings, by the conditional logit over all its candidates.
 *
 * @throws ThawError MODEL_TOO_LITTLE_DATA when the part has no listings; the reason of the signal when it aborts
 */
export function fitWeights(replay: ReplayFeatures, options: FitWeightsOptions = {}): LearnedModel {
  const { settings, listings } = replay;
  const problem = partOf(replay.problem, options);
  const { start, signal } = options;
  const { weights, logLikelihood } = fitConditionalLogit(problem, {
    ...(start && { start: listed(replay, start) }),
    ...(signal && { signal }),
  });
  const demandAt = weights.length - 2;
  const cosines = [...weights.slice(0, demandAt)];
  const fitted = {
    channels: replay.network === undefined ? cosines : cosines.slice(0, -1),
    demand: weights[demandAt]!,
    listing: weights.at(-1)!,
    ...(replay.network !== undefined && { network: cosines.at(-1)! }),
  };
  const utilities = utilitiesOf(problem, servedWeights(replay, fitted));
  const lift = coldLift(problem, utilities, listings, settings.coldLift);
  return {
    settings,
    weights: { ...fitted, coldLift: lift },
    logLikelihood,
    replayRecallAt100: choiceRecall(problem, lifted(replay, utilities, lift), 100),
    ...(replay.network && { network: replay.network }),
  };
}

/**
 * Recall@K of given weights on a part of the replay's listings: what the gate compares. The channels must be those that
 * the features were made with.
 *
 * @throws ThawError MODEL_TOO_LITTLE_DATA when the part has no listings
 */
export function recallOn(replay: ReplayFeatures, weights: ModelWeights, k: number, part: ReplayPart = {}): number {
  const problem = partOf(replay.problem, part);
  return choiceRecall(problem, servedScores(replay, weights), k);
}

/** What given weights make of every cell, as it is served: `[groups, items]`. */
export function servedScores(replay: ReplayFeatures, weights: ModelWeights): Float32Array {
  return lifted(replay, utilitiesOf(replay.problem, servedWeights(replay, weights)), weights.coldLift);
}

/** Replays at given settings and fits the weights to the whole of it; for a fine-tune, from the old ones. */
export async function learnWeights(
  replay: Replay,
  settings: ModelSettings,
  context: ModelContext,
  options: ReplayOptions & Pick<FitWeightsOptions, 'start'> = {},
): Promise<LearnedModel> {
  const features = await replayFeatures(replay, settings, context, options);
  const { signal } = context;
  return fitWeights(features, { ...(options.start && { start: options.start }), ...(signal && { signal }) });
}

/** One weight per feature. */
function listed(
  { network }: Pick<ReplayFeatures, 'network'>,
  { channels, demand, listing, network: own = 0 }: Omit<ModelWeights, 'coldLift'>,
): number[] {
  return [...channels, ...(network === undefined ? [] : [own]), demand, listing];
}

function servedWeights(replay: ReplayFeatures, weights: Omit<ModelWeights, 'coldLift'>): number[] {
  return listed(replay, { ...weights, listing: replay.settings.listingPrior * weights.listing });
}

function lifted({ listings }: ReplayFeatures, utilities: Float32Array, lift: ModelWeights['coldLift']): Float32Array {
  const lifts = listings.map((count) => lift[listingStratum(count)]);
  return utilities.map((utility, cell) => utility + lifts[cell % lifts.length]!);
}

export function partOf(problem: ChoiceProblem, { from = 0, to = 1 }: ReplayPart): ChoiceProblem {
  const { length } = problem.chosen;
  const chosen = problem.chosen.subarray(Math.floor(from * length), Math.floor(to * length));
  if (chosen.length > 0) return { ...problem, chosen };
  throw new ThawError(
    'MODEL_TOO_LITTLE_DATA',
    `Cannot fit or measure weights: the replay has ${length} listings onto candidates, and none of them in the part from ${from} to ${to}. Wait until sellers with earlier listings have listed more candidates.`,
  );
}
