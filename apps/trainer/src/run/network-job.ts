import type { TensorBackendName } from '@thaw/tensor';
import {
  freshNetworkInput,
  type LearnedModel,
  type ModelSettings,
  type NamedTensor,
  type NetworkInputSettings,
  type NetworkPlan,
  retrainPlan,
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
  /** Parts of the listings, of which two are held out of the graph and trained on; 1: none is. */
  readonly folds: number;
  readonly backend: TensorBackendName | undefined;
}

const FINE_TUNE_SHARE = 0.25;
/** In a fine-tune. */
const FINE_TUNE_EPOCHS = 4;
/** With fewer listings nothing was ever gained (docs/network.md). */
export const AUTO_LEAST_LISTINGS = 20_000;

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
  return freshNetworkInput(settings);
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
  const plan = retrainPlan(input, { maxMs: 1000 * seconds * (isFineTune ? FINE_TUNE_SHARE : 1), folds, seed });
  if (!isFineTune) return plan;
  return {
    ...plan,
    choices: warm ? [wish.serving!.network!.settings] : plan.choices.slice(0, 1),
    limits: { ...plan.limits, maxEpochs: FINE_TUNE_EPOCHS },
    ...(warm && { warmStart }),
  };
}
