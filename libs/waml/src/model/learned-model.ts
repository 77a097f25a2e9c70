import type { ColdLift } from './cold-lift.js';
import type { ModelSettings } from './settings.js';
import { listingStratum } from '../metrics/strata.js';
import type { NetworkInputSettings } from '../network/node-inputs.js';
import type { NetworkSettings } from '../network/settings.js';

/** What is fitted on a replay: the weights of the channels and of what a product is worth to any seller. */
export interface ModelWeights {
  /** One per channel, in their order. */
  readonly channels: readonly number[];
  /** Of log(1 + customers). */
  readonly demand: number;
  /** Of log(1 + listings); served in the share `listingPrior`. */
  readonly listing: number;
  readonly coldLift: ColdLift;
  /** λ: of the network's cosine, where the model has a network. */
  readonly network?: number;
}

/** What a model remembers of its network beside the parameters: plain JSON. */
export interface LearnedNetwork {
  readonly settings: NetworkSettings;
  readonly input: NetworkInputSettings;
}

/** Settings with their weights, and how well they do: plain JSON, all that a version must remember. */
export interface LearnedModel {
  readonly settings: ModelSettings;
  readonly weights: ModelWeights;
  /** Mean log-likelihood of a listing of the replay: what settings are chosen by. A recall has a cut, and is noisier. */
  readonly logLikelihood: number;
  /** On the very listings that the weights were fitted on. */
  readonly replayRecallAt100: number;
  /** Present where the vectors have one more block, λ times the network's output. */
  readonly network?: LearnedNetwork;
}

/** The part of a product's scores that is the same for every seller: demand, listing prior, cold lift. */
export function productBias({ settings, weights }: LearnedModel, customers: number, listings: number): number {
  return (
    weights.demand * Math.log1p(customers) +
    settings.listingPrior * weights.listing * Math.log1p(listings) +
    weights.coldLift[listingStratum(listings)]
  );
}
