import {
  channelsFor,
  channelVectors,
  DEFAULT_CHANNEL_SETTINGS,
  fitConditionalLogit,
  foldChannels,
  listingStratum,
  utilitiesOf,
  type Channel,
  type ChannelSettings,
  type NodeVectors,
  type Propagate,
} from '@thaw/waml';
import type { FitContext, Recommender, Scores } from '../protocol/recommender.js';
import { replayOf, type Exercise, type Training } from '../protocol/training.js';
import { coldLift, type ColdLift } from './cold-lift.js';
import { choiceProblem, choiceRecall, withFewerSellers, type ProductFeature } from './choice-problem.js';
import { channelSource, prepareGraphInput, type GraphInput } from './graph-input.js';
import { thresholdsFor } from './thresholds.js';
import { vectorScores } from './waml-paper.js';

export interface WamlOptions {
  /** Columns of each channel. */
  readonly dimensions: number;
  /**
   * How much of the learned listing prior is served, 0 to 1. The prior is always learned, so that the channels need not
   * stand in for it; at 1 it fills the lists with products that have listings already, at 0 cold ones get their turn.
   */
  readonly listingPrior: number;
  /** How far candidates with few listings are lifted to the mean score of those with many, 0 to 1: see coldLift. */
  readonly coldLift: number;
}

export const DEFAULT_WAML_OPTIONS: WamlOptions = { dimensions: 1024, listingPrior: 0, coldLift: 0.25 };

/** What is chosen on the time replay besides the weights. */
interface Choice extends ChannelSettings {
  readonly threshold: number;
}

interface Learned {
  readonly choice: Choice;
  readonly channels: readonly Channel[];
  /** One per channel. */
  readonly weights: Float64Array;
  readonly demandWeight: number;
  readonly listingWeight: number;
  readonly lift: ColdLift;
  /** Mean log-likelihood of the replay's listings: what settings are chosen by. A recall has a cut, and is noisier. */
  readonly logLikelihood: number;
  readonly replayRecall: number;
}

/** Settings are compared on fewer sellers and columns than the weights are then learned on: it is ten times as fast. */
const SEARCH_SELLERS = 150;
const SEARCH_DIMENSIONS = 256;
/** Eight channels over the edges of every threshold tried: what costs time is the edges. */
const MOST_PAIRS_PER_PRODUCT = 200;

/** Short α beside the paper's. */
const ALPHA_SETS: readonly (readonly number[])[] = [DEFAULT_CHANNEL_SETTINGS.alphas, [0.5, 0.5, 0.5], [0.3, 0.3, 0.3]];

const demandOf = ({ snapshot }: Training): ProductFeature =>
  Float32Array.from(snapshot.customerCounts, (customers) => Math.log1p(customers));
const listingsOf = ({ snapshot }: Training): ProductFeature =>
  Float32Array.from(snapshot.listingCounts, (listings) => Math.log1p(listings));

async function vectorsOf(input: GraphInput, threshold: number, channels: readonly Channel[]): Promise<NodeVectors[]> {
  const source = channelSource(input, threshold);
  const vectors: NodeVectors[] = [];
  for (const channel of channels) vectors.push(await channelVectors(source, channel));
  return vectors;
}

function scoresOf(training: Training, vectors: readonly NodeVectors[], learned: Learned, prior: number): Scores {
  const demand = demandOf(training);
  const listings = listingsOf(training);
  const { listingCounts } = training.snapshot;
  const bias = demand.map(
    (value, p) =>
      learned.demandWeight * value +
      prior * learned.listingWeight * listings[p]! +
      learned.lift[listingStratum(listingCounts[p]!)],
  );
  const { weights, channels, choice, replayRecall } = learned;
  return vectorScores(foldChannels(vectors, weights, bias), training, {
    co_interaction_threshold: choice.threshold,
    normalisation: choice.normalisation,
    alphas: choice.alphas,
    weights: Object.fromEntries(channels.map((channel, i) => [channel.name, rounded(weights[i]!)])),
    demand_weight: rounded(learned.demandWeight),
    listing_weight: rounded(learned.listingWeight),
    listing_prior: prior,
    cold_lift: Object.fromEntries(Object.entries(learned.lift).map(([stratum, lift]) => [stratum, rounded(lift)])),
    replay_recall_at_100: replayRecall,
  });
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

async function learn(replay: Exercise, input: GraphInput, choice: Choice, options: WamlOptions): Promise<Learned> {
  const channels = channelsFor(choice);
  const vectors = await vectorsOf(input, choice.threshold, channels);
  const problem = choiceProblem(replay, vectors, [demandOf(replay.training), listingsOf(replay.training)]);
  const { weights, logLikelihood } = fitConditionalLogit(problem);
  const served = weights.slice();
  served[channels.length + 1]! *= options.listingPrior;
  const utilities = utilitiesOf(problem, served);
  const { candidates, snapshot } = replay.training;
  const listings = Array.from(candidates, (product) => snapshot.listingCounts[product]!);
  const lift = coldLift(problem, utilities, listings, options.coldLift);
  const lifts = listings.map((count) => lift[listingStratum(count)]);
  const lifted = utilities.map((utility, cell) => utility + lifts[cell % problem.items]!);
  return {
    choice,
    channels,
    weights: weights.slice(0, channels.length),
    demandWeight: weights[channels.length]!,
    listingWeight: weights[channels.length + 1]!,
    lift,
    logLikelihood,
    replayRecall: choiceRecall(problem, lifted, 100),
  };
}

/** Coordinate search: the threshold first, since it matters most, then the normalisation, then α. */
async function search(
  replay: Exercise,
  input: GraphInput,
  options: WamlOptions,
  { onProgress, signal }: FitContext,
): Promise<Learned> {
  let best: Learned | undefined;
  const tryAll = async (choices: readonly Choice[]): Promise<Learned> => {
    for (const choice of choices) {
      signal?.throwIfAborted();
      onProgress?.(`replay with threshold ${choice.threshold}, ${choice.normalisation}, α ${choice.alphas.join(' ')}`);
      const learned = await learn(replay, input, choice, options);
      if (best === undefined || learned.logLikelihood > best.logLikelihood) best = learned;
    }
    return best!;
  };
  const start = { ...DEFAULT_CHANNEL_SETTINGS, threshold: 1 };
  const first = await tryAll(
    thresholdsFor(input.coInteractions, MOST_PAIRS_PER_PRODUCT * replay.training.snapshot.log.catalogue.ids.length).map(
      (threshold) => ({
        ...start,
        threshold,
      }),
    ),
  );
  const second = await tryAll([{ ...first.choice, normalisation: 'symmetric' }]);
  return tryAll(ALPHA_SETS.slice(1).map((alphas) => ({ ...second.choice, alphas })));
}

/** What Thaw serves: channels, weighted by what sellers listed next in the time replay, folded into one vector. */
export function waml(propagate: Propagate, options: WamlOptions = DEFAULT_WAML_OPTIONS): Recommender {
  const { dimensions, listingPrior } = options;
  return {
    name: 'waml',
    fit: async (training, context) => {
      const replay = replayOf(training);
      const narrow = prepareGraphInput(replay.training, Math.min(SEARCH_DIMENSIONS, dimensions), propagate, context);
      const sample = withFewerSellers(replay, SEARCH_SELLERS);
      const { choice } = await search(sample, narrow, options, context);
      context.onProgress?.('learning the weights');
      const before = prepareGraphInput(replay.training, dimensions, propagate, context);
      const learned = await learn(replay, before, choice, options);
      context.onProgress?.('embedding');
      const now = prepareGraphInput(training, dimensions, propagate, context);
      const vectors = await vectorsOf(now, learned.choice.threshold, learned.channels);
      return scoresOf(training, vectors, learned, listingPrior);
    },
  };
}
