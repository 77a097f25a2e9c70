import { channelsFor } from '../channels/channel.js';
import type { NetworkInputSettings } from '../network/node-inputs.js';
import type { NamedTensor } from '../network/parameters.js';
import { PAPER_NETWORK, type NetworkSettings } from '../network/settings.js';
import type { TensorApi } from '../network/tensor-api.js';
import { NetworkTrainer } from '../network/trainer.js';
import { DEFAULT_TRAINING_LIMITS } from '../network/training-run.js';
import type { ReplayBounds } from './choice-problem.js';
import type { EmbedRows } from './network-features.js';
import { isNetworkInput } from './network-rows.js';
import type { NetworkPlan } from './network-training.js';
import type { ModelSettings } from './settings.js';

/** A network gains little more than what so few listings as usual can tell from noise: more are looked at. */
export const NETWORK_BOUNDS: Partial<ReplayBounds> = { mostCells: 12_000_000 };

/** d where the channels have as many columns. */
const MOST_DIMENSIONS = 256;
const LEAST_DIMENSIONS = 128;
/** Of the folds that the listings are cut into, those that are held out of the graph and trained on. */
const SAMPLED_FOLDS = 2;

/** What is searched: learning rate, β and blocks together. */
const CHOICES: readonly Partial<NetworkSettings>[] = [
  { learningRate: 1e-3, beta: 0.3, blocks: 2 },
  { learningRate: 2e-3, beta: 1, blocks: 1 },
  { learningRate: 3e-4, beta: 0.3, blocks: 3 },
];

/** What a network that is trained from scratch sees of the channels: all alike. */
export function freshNetworkInput(settings: ModelSettings): NetworkInputSettings {
  return {
    dimensions: Math.min(MOST_DIMENSIONS, Math.max(LEAST_DIMENSIONS, settings.dimensions)),
    kind: 'sum',
    scales: channelsFor(settings).map((channel) => (isNetworkInput(channel) ? 1 : 0)),
  };
}

export interface RetrainSettings {
  /** For the whole search, milliseconds. */
  readonly maxMs: number;
  /** Parts of the listings, of which two are held out of the graph and trained on; 1: none is. */
  readonly folds: number;
  readonly seed: number;
}

/** What a full retrain trains of the network: every choice of the search, from scratch. */
export function retrainPlan(input: NetworkInputSettings, { maxMs, folds, seed }: RetrainSettings): NetworkPlan {
  return {
    input,
    choices: CHOICES.map((choice) => ({ ...PAPER_NETWORK, ...choice, dimensions: input.dimensions, seed })),
    folds: { folds, sampled: Math.min(folds, SAMPLED_FOLDS) },
    limits: {
      ...DEFAULT_TRAINING_LIMITS,
      batchEdges: 512,
      maxEpochs: 1000,
      epochSteps: 100,
      validateEvery: 50,
      patience: 8,
      maxMs,
    },
  };
}

/**
 * Passes rows through a network of these parameters, on a tensor backend that holds them for as long as that takes.
 *
 * @throws ThawError NETWORK_INVALID, when rows are passed, where the parameters are not those of the settings
 */
export const networkEmbedder =
  (tf: TensorApi, settings: NetworkSettings, parameters: readonly NamedTensor[]): EmbedRows =>
  async (rows) => {
    const network = NetworkTrainer.open(tf, settings, { parameters });
    try {
      return await network.embed(rows);
    } finally {
      network.dispose();
    }
  };
