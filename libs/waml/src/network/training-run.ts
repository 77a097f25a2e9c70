import type { NamedTensor } from './parameters.js';
import type { NetworkSettings } from './settings.js';
import type { TrainerState } from './trainer.js';
import type { TrainingFold } from './training-data.js';

/** How long a training goes on. */
export interface TrainingLimits {
  /** N, edges of a step. */
  readonly batchEdges: number;
  readonly maxEpochs: number;
  /** An epoch ends after so many steps, having seen as many batches of its random order; all of them where absent. */
  readonly epochSteps?: number;
  /** Training ends, with a last validation, once it has taken this long by the clock of its ports; never where absent. */
  readonly maxMs?: number;
  /** Steps between validations; one comes at the end of each epoch in any case. */
  readonly validateEvery: number;
  /** Validations in a row without a better one, after which training stops. */
  readonly patience: number;
  /** Times the least smoothed loss so far: above it training has diverged. */
  readonly divergence: number;
}

export const DEFAULT_TRAINING_LIMITS: TrainingLimits = {
  batchEdges: 1_024,
  maxEpochs: 20,
  validateEvery: 500,
  patience: 5,
  divergence: 3,
};

/** One validation: a point of the curves. */
export interface TrainingPoint {
  readonly step: number;
  readonly epoch: number;
  /** Mean since the point before; none before the first step. */
  readonly loss?: number;
  /** Of the network as it was: more is better. */
  readonly validation: number;
  /** Recall@100 there, where the validation tells it. */
  readonly recall?: number;
}

/** What a validation says: what the best network is chosen by, and a figure for people beside it. */
export interface Validation {
  /** More is better. */
  readonly score: number;
  readonly recall: number;
}

/** For people who wait. */
export interface TrainingProgress {
  readonly step: number;
  /** Of all epochs: an early stop needs fewer. */
  readonly totalSteps: number;
  readonly epoch: number;
  readonly stepsPerSecond: number;
  /** Smoothed over about 20 steps; none before the first. */
  readonly loss?: number;
  /** The last one. */
  readonly validation: number;
  readonly bestValidation: number;
  /** Recall@100 at the last validation, where it tells it. */
  readonly recall?: number;
  /** Milliseconds to `totalSteps` at this speed, or to the end of its time; Infinity before the first step. */
  readonly etaMs: number;
}

export interface BestNetwork {
  readonly step: number;
  readonly validation: number;
  readonly parameters: readonly NamedTensor[];
}

/** A training between two epochs: going on from it gives what the training would have given. */
export interface TrainingCheckpoint {
  readonly network: NetworkSettings;
  /** Epochs that are done. */
  readonly epoch: number;
  readonly state: TrainerState;
  readonly best: BestNetwork;
  readonly curve: readonly TrainingPoint[];
  /** Validations since the best one. */
  readonly stale: number;
  readonly lossWatch: LossWatchState;
}

/** What the divergence check remembers. */
export interface LossWatchState {
  readonly steps: number;
  /** After the first step. */
  readonly smoothed?: number;
  /** After some steps. */
  readonly least?: number;
}

/** What a training is given. */
export interface TrainingInput {
  readonly network: NetworkSettings;
  readonly limits: TrainingLimits;
  readonly folds: readonly TrainingFold[];
  /** A fine-tune: the weights to begin with. */
  readonly warmStart?: readonly NamedTensor[];
  /** A training that was cut off: overrides `warmStart`. */
  readonly resume?: TrainingCheckpoint;
}

/** Everything outside the training. */
export interface TrainingPorts {
  /** How good the network is, more being better. `embed` passes rows `[m, d]` through it as it is now. */
  validate(embed: (rows: Float32Array) => Promise<Float32Array>): Promise<number | Validation>;
  /** Milliseconds, of any clock that does not go back. */
  now(): number;
  /** Called after each epoch; training goes on when it is kept. */
  keep?(checkpoint: TrainingCheckpoint): Promise<void>;
  /** Called at validations and about once a second. */
  progress?(progress: TrainingProgress): void;
  /** Lets the thread's other work go on; called after each step. */
  breathe?(): Promise<void>;
  readonly signal?: AbortSignal;
}

/** Why a training ended. */
export type TrainingEnd = 'all-epochs' | 'no-improvement' | 'out-of-time' | 'diverged';

export interface TrainingOutcome {
  readonly end: TrainingEnd;
  /** A sentence for the log and the model card. */
  readonly reason: string;
  readonly best: BestNetwork;
  readonly curve: readonly TrainingPoint[];
  readonly steps: number;
}
