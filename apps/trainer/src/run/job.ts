import type { CardSection, ManifestDraft } from '@thaw/bundle';
import type { ErrorCode } from '@thaw/contracts';
import type { TensorBackendName } from '@thaw/tensor';
import type { LearnedModel, TrainingProgress } from '@thaw/waml';
import type { NetworkJobSettings } from './network-job.js';

/** The stages of a run, in order. `gate` and `publish` are the trainer's own; the rest is the run's process. */
export const STAGES = ['read', 'choose', 'fit', 'train', 'embed', 'index', 'write', 'gate', 'publish'] as const;
export type Stage = (typeof STAGES)[number];

export type RunKind = 'full' | 'fine-tune';

/** What the process of a run is given; plain data. */
export interface RunJob {
  readonly kind: RunKind;
  /** An empty folder that the files of the bundle are written into. */
  readonly folder: string;
  /** `host:port` of apps/graph. */
  readonly graphAddress: string;
  /** What serves now: a fine-tune goes on from it, and the gate compares with it. */
  readonly serving: { readonly version: string; readonly learned: LearnedModel } | undefined;
  readonly seed: number;
  readonly vectorBytes: number;
  readonly stateBytes: number;
  readonly workers: number;
  readonly network: NetworkJobSettings;
  /** Where checkpoints lie: the same for all attempts of a run, also those of another process. */
  readonly workFolder: string;
  /** Where the serving version's bundle is. */
  readonly bundleDir: string;
}

/** How far the training of the network is. */
export interface TrainingReport extends TrainingProgress {
  readonly backend: TensorBackendName;
  /** Which of the choices and stretches it is of all: from 1. */
  readonly number: number;
  readonly of: number;
  /** What all of it has taken, and may take. */
  readonly spentMs: number;
  readonly maxMs: number;
}

/** What a run found, for the gate and the manifest. */
export interface RunOutcome {
  readonly draft: Omit<ManifestDraft, 'version' | 'gate' | 'createdAtMs'>;
  readonly heldBackListings: number;
  /** Listings of the graph, by which the next full retrain is due. */
  readonly listings: number;
  /** Seconds of each stage. */
  readonly seconds: Readonly<Record<string, number>>;
  /** For people, at the end of the model card. */
  readonly sections: readonly CardSection[];
  /** What the stage `train` came to. */
  readonly network: { readonly isKept: boolean; readonly reason: string };
}

/** What the process of a run sends. `alive` says that its event loop turns. */
export type RunMessage =
  | { readonly type: 'alive' }
  | { readonly type: 'progress'; readonly stage: Stage; readonly fraction: number; readonly what: string }
  /** For the log. */
  | { readonly type: 'note'; readonly message: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly type: 'training'; readonly training: TrainingReport }
  | { readonly type: 'done'; readonly outcome: RunOutcome }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

/** How often `alive` is sent. */
export const ALIVE_EVERY_MS = 1000;
