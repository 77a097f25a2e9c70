import type { ManifestDraft } from '@thaw/bundle';
import type { ErrorCode } from '@thaw/contracts';
import type { LearnedModel } from '@thaw/waml';

/** The stages of a run, in order. `gate` and `publish` are the trainer's own; the rest is the run's process. */
export const STAGES = ['read', 'choose', 'fit', 'embed', 'index', 'write', 'gate', 'publish'] as const;
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
}

/** What a run found, for the gate and the manifest. */
export interface RunOutcome {
  readonly draft: Omit<ManifestDraft, 'version' | 'gate' | 'createdAtMs'>;
  readonly heldBackListings: number;
  /** Listings of the graph, by which the next full retrain is due. */
  readonly listings: number;
  /** Seconds of each stage. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** What the process of a run sends. `alive` says that its event loop turns. */
export type RunMessage =
  | { readonly type: 'alive' }
  | { readonly type: 'progress'; readonly stage: Stage; readonly fraction: number; readonly what: string }
  | { readonly type: 'done'; readonly outcome: RunOutcome }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

/** How often `alive` is sent. */
export const ALIVE_EVERY_MS = 1000;
