import type { Activity } from './graph-activity.js';

export interface PolicySettings {
  /** Listings of the graph before the first version is made. */
  readonly minListings: number;
  /** Share of the candidates that came or went, at which a fine-tune is due. */
  readonly churnShare: number;
  /** Share of edges and listings that changed, at which a fine-tune is due. */
  readonly changedEdgesShare: number;
  readonly maxAgeMs: number;
  readonly minGapMs: number;
  /** A full retrain is due when the listings have grown by this factor since the last one. */
  readonly growth: number;
}

/** What has been made of the graph so far; undefined where nothing has. */
export interface TrainingHistory {
  /** When the last run ended, however it did. */
  readonly lastEndMs: number | undefined;
  /** When the newest version was made. */
  readonly lastVersionMs: number | undefined;
  /** Listings of the graph when settings were last chosen. */
  readonly listingsAtFull: number | undefined;
}

export interface Decision {
  readonly kind: 'full' | 'fine-tune';
  /** For people: what made it due. */
  readonly reason: string;
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;

/** Which run is due now, if any. Settings that were chosen on a much smaller graph are out of date: growth comes first. */
export function dueRun(
  settings: PolicySettings,
  activity: Activity,
  history: TrainingHistory,
  nowMs: number,
): Decision | undefined {
  const { lastEndMs, lastVersionMs, listingsAtFull } = history;
  if (activity.listings < settings.minListings || activity.candidates === 0) return undefined;
  if (lastEndMs !== undefined && nowMs - lastEndMs < settings.minGapMs) return undefined;
  if (lastVersionMs === undefined || listingsAtFull === undefined) {
    return { kind: 'full', reason: `the first version, from ${activity.listings} listings` };
  }
  if (activity.listings >= settings.growth * listingsAtFull) {
    return { kind: 'full', reason: `listings grew from ${listingsAtFull} to ${activity.listings}` };
  }
  const { churn, changes, candidates } = activity;
  const edges = activity.edges + activity.listings;
  if (churn > 0 && churn >= settings.churnShare * candidates) {
    return { kind: 'fine-tune', reason: `candidates changed by ${percent(churn, candidates)}` };
  }
  if (changes > 0 && changes >= settings.changedEdgesShare * edges) {
    return { kind: 'fine-tune', reason: `edges and listings changed by ${percent(changes, edges)}` };
  }
  if (churn + changes > 0 && nowMs - lastVersionMs >= settings.maxAgeMs) {
    return { kind: 'fine-tune', reason: `the last version is ${Math.round((nowMs - lastVersionMs) / 60_000)} min old` };
  }
  return undefined;
}
