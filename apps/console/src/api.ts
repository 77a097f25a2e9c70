/**
 * What the page asks of the gateway, and what it is answered: JSON below /v1/console. Times are Unix epoch
 * milliseconds, ages are seconds, shares and recalls are 0 to 1.
 */

/** Why something cannot be shown: code and message of the error catalogue, for people. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/** A part of the picture, or why it is missing: one service that is away does not take the others with it. */
export type Part<Value> = { readonly value: Value } | { readonly trouble: Trouble };

/** What is served now, as the recommender says. */
export interface ServingFacts {
  /** Empty before there is one. */
  readonly version: string;
  readonly versionAgeSeconds: number;
  readonly recallAt100: number;
  readonly indexKind: string;
  readonly indexRecall: number;
  readonly candidates: number;
  readonly recommendable: number;
  readonly sellers: number;
  /** Vectors that are newer than the index. */
  readonly overlay: number;
  readonly swaps: number;
}

/** How fresh the served copy of the graph is. */
export interface FreshnessFacts {
  /** copying, following, waiting or closed. */
  readonly state: string;
  /** The last change that is obeyed. */
  readonly sequence: number;
  /** Since the newest change was applied. */
  readonly ageSeconds: number;
  /** Changes that the graph is ahead; null where it does not say. */
  readonly lagChanges: number | null;
  /** Since all there was had been applied; null before the first time. */
  readonly lagSeconds: number | null;
  /** Why the last try to read failed. */
  readonly reason: string | null;
}

/** The reduction in numbers. */
export interface FunnelFacts {
  readonly customers: number;
  readonly interactions: number;
  readonly pairs: number;
  readonly edgesAtThreshold: number;
  readonly edgesKept: number;
  readonly trainingProducts: number;
  readonly candidates: number;
  readonly sellers: number;
  readonly categories: number;
  /** Candidates with 0, 1 to 3, and 4 or more listings. */
  readonly candidatesByListings: readonly number[];
}

export type VersionState = 'serving' | 'standby' | 'rejected' | 'unknown';

export interface VersionFacts {
  readonly version: string;
  /** Empty: from scratch. */
  readonly parent: string;
  readonly state: VersionState;
  readonly pinned: boolean;
  readonly publishedAtMs: number;
  readonly recallAt100: number;
  readonly indexRecall: number;
  readonly rejectedBecause: string;
}

export type RunState = 'queued' | 'running' | 'published' | 'rejected' | 'failed' | 'cancelled' | 'unknown';

export interface RunFacts {
  readonly runId: string;
  readonly kind: 'full' | 'fine-tune' | 'unknown';
  readonly state: RunState;
  readonly stage: string;
  readonly progress: number;
  /** Null where it is not known. */
  readonly etaSeconds: number | null;
  readonly message: string;
  /** What made it due, or what the operator said. */
  readonly reason: string;
  /** Name of the token that asked for it; empty: it came by itself. */
  readonly requestedBy: string;
  /** Null where it has not ended. */
  readonly endedAtMs: number | null;
  /** The version that came of it; empty where none did. */
  readonly version: string;
}

/** Rates over the last minutes, the oldest first; lists of equal length. */
export interface Activity {
  readonly atMs: readonly number[];
  /** Per second; null where it is not known. */
  readonly changes: readonly (number | null)[];
  readonly events: readonly (number | null)[];
}

/** Everything that the page shows without being asked, of one moment. */
export interface Overview {
  readonly atMs: number;
  readonly serving: Part<ServingFacts>;
  readonly freshness: FreshnessFacts;
  readonly funnel: Part<FunnelFacts>;
  /** The newest first. */
  readonly versions: Part<readonly VersionFacts[]>;
  /** The last runs, the newest first. */
  readonly runs: Part<readonly RunFacts[]>;
  readonly activity: Activity;
}

/** Points [step, value] of one curve. */
export type Curve = readonly (readonly [step: number, value: number])[];

/** How a version was made. */
export interface VersionDetail {
  readonly version: string;
  readonly kind: 'full' | 'fine-tune';
  readonly createdAtMs: number;
  readonly counts: { readonly products: number; readonly sellers: number; readonly candidates: number };
  readonly channels: readonly { readonly name: string; readonly dimensions: number; readonly weight: number }[];
  readonly gate: { readonly passed: boolean; readonly reason: string };
  /** Null: the version has no trained network. */
  readonly curves: { readonly loss: Curve; readonly recall: Curve } | null;
}

/** Sellers whose id begins with what was typed. */
export interface SellerSuggestions {
  readonly sellers: readonly { readonly sellerId: string; readonly listings: number }[];
}

/** What a command that changes the served version needs. */
export interface VersionCommand {
  /** A UUID: sent again, it is not done twice. */
  readonly commandId: string;
  /** Needed for a version that the gate rejected, and so is the role admin. */
  readonly promoteReason?: string;
}

/** What a command answers. */
export interface VersionAnswer {
  readonly version: VersionFacts;
}

/** The paths, relative to the gateway. */
export const PATHS = {
  overview: 'v1/console/overview',
  sellers: (prefix: string) => `v1/console/sellers?prefix=${encodeURIComponent(prefix)}`,
  version: (version: string) => `v1/console/versions/${encodeURIComponent(version)}`,
  activate: (version: string) => `v1/console/versions/${encodeURIComponent(version)}/activate`,
  rollback: 'v1/console/rollback',
  release: 'v1/console/release',
  recommendations: (seller: string, limit: number) =>
    `v1/sellers/${encodeURIComponent(seller)}/recommendations?limit=${limit}&explain=true`,
  product: (product: string) => `v1/products/${encodeURIComponent(product)}`,
} as const;
