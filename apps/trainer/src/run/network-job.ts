import type { TensorBackendName } from '@thaw/tensor';
import {
  DEFAULT_TRAINING_LIMITS,
  channelsFor,
  isNetworkInput,
  type LearnedModel,
  type ModelSettings,
  type NamedTensor,
  type NetworkInputSettings,
  type NetworkPlan,
  type NetworkSettings,
  PAPER_NETWORK,
  sameVectors,
} from '@thaw/waml';
import type { RunKind } from './job.js';

/** Whether runs train the network; `auto`: where it can be expected to pay. */
export type NetworkMode = 'auto' | 'on' | 'off';

/** The settings of a run's stage `train`. */
export interface NetworkJobSettings {
  readonly mode: NetworkMode;
  /** For all of a full retrain's training; a fine-tune takes a quarter. */
  readonly seconds: number;
  /** Parts of the listings, of which {@link SAMPLED_FOLDS} are held out of the graph and trained on; 1: none is. */
  readonly folds: number;
  readonly backend: TensorBackendName | undefined;
}

const SAMPLED_FOLDS = 2;
const FINE_TUNE_SHARE = 0.25;
/** With fewer listings nothing was ever gained (docs/network.md). */
export const AUTO_LEAST_LISTINGS = 20_000;
/** d where the channels have as many columns. */
const MOST_DIMENSIONS = 256;
const LEAST_DIMENSIONS = 128;

/** What is searched: learning rate, β and blocks together. */
const CHOICES: readonly Partial<NetworkSettings>[] = [
  { learningRate: 1e-3, beta: 0.3, blocks: 2 },
  { learningRate: 2e-3, beta: 1, blocks: 1 },
  { learningRate: 3e-4, beta: 0.3, blocks: 3 },
];

export interface NetworkWish {
  readonly kind: RunKind;
  readonly mode: NetworkMode;
  readonly settings: ModelSettings;
  /** Listings before the replay's cut. */
  readonly listings: number;
  readonly serving: LearnedModel | undefined;
}

/** Why a run does not train the network, in a few words; undefined where it does. */
export function whyNoNetwork({ kind, mode, settings, listings, serving }: NetworkWish): string | undefined {
  if (mode === 'off') return 'switched off (THAW_TRAINER_NETWORK=off)';
  if (mode === 'on') return undefined;
  if (listings < AUTO_LEAST_LISTINGS) {
    return `${listings} listings to train on, fewer than ${AUTO_LEAST_LISTINGS} (THAW_TRAINER_NETWORK=on trains all the same)`;
  }
  if (kind === 'fine-tune' && !isWarm(serving, settings))
    return 'the serving version has none: the next full retrain tries again';
  return undefined;
}

/** Whether the serving version's network can be trained on: it sees the same vectors. */
const isWarm = (serving: LearnedModel | undefined, settings: ModelSettings): boolean =>
  serving?.network !== undefined && sameVectors(serving.settings, settings);

/** What a run's network sees: that of the serving version where it goes on from it, else all channels alike. */
export function networkInputFor({ kind, settings, serving }: NetworkWish): NetworkInputSettings {
  if (kind === 'fine-tune' && isWarm(serving, settings)) return serving!.network!.input;
  return {
    dimensions: Math.min(MOST_DIMENSIONS, Math.max(LEAST_DIMENSIONS, settings.dimensions)),
    kind: 'sum',
    scales: channelsFor(settings).map((channel) => (isNetworkInput(channel) ? 1 : 0)),
  };
}

/** What a run trains, and for how long. */
export function networkPlanFor(
  wish: NetworkWish,
  { seconds, folds }: NetworkJobSettings,
  input: NetworkInputSettings,
  seed: number,
  warmStart: readonly NamedTensor[] | undefined,
): NetworkPlan {
  const isFineTune = wish.kind === 'fine-tune';
  const warm = isFineTune && warmStart !== undefined && isWarm(wish.serving, wish.settings);
  const fresh = CHOICES.map((choice) => ({ ...PAPER_NETWORK, ...choice, dimensions: input.dimensions, seed }));
  const maxMs = 1000 * seconds * (isFineTune ? FINE_TUNE_SHARE : 1);
  const limits = {
    ...DEFAULT_TRAINING_LIMITS,
    batchEdges: 512,
    epochSteps: 100,
    validateEvery: 50,
    patience: 8,
    maxMs,
  };
  return {
    input,
    choices: warm ? [wish.serving!.network!.settings] : isFineTune ? fresh.slice(0, 1) : fresh,
    folds: { folds, sampled: Math.min(folds, SAMPLED_FOLDS) },
    limits: { ...limits, maxEpochs: isFineTune ? 4 : 1000 },
    ...(warm && { warmStart }),
  };
}
