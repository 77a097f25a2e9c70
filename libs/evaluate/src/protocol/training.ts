import { DEFAULT_GRAPH_SETTINGS } from '@thaw/graph';
import type { EventLog } from '../data/event-log.js';
import { firstListings, snapshotAt, type Snapshot } from '../data/snapshot.js';
import { rowOf } from '../data/sparse-rows.js';

/** Which products are candidates at a moment (the admission part of the candidate policy). */
export interface CandidateRule {
  readonly minCustomers: number;
  readonly maxListings: number;
}

/** A seller lists a product later: what a model should have foreseen. */
export interface Target {
  readonly seller: number;
  readonly product: number;
}

/** All that a model may learn from. */
export interface Training {
  readonly snapshot: Snapshot;
  /** Product numbers, ascending: what is ranked. */
  readonly candidates: Int32Array;
  readonly rule: CandidateRule;
}

/** A training state with the answers. */
export interface Exercise {
  readonly training: Training;
  /** Listings onto candidates after the snapshot, by sellers that had listed before. */
  readonly targets: readonly Target[];
}

export const HISTORY_LIMIT = DEFAULT_GRAPH_SETTINGS.historyLimit;

/** Products that the rule makes candidates in a snapshot, ascending. */
export function candidatesOf({ customerCounts, listingCounts }: Snapshot, rule: CandidateRule): Int32Array {
  return Int32Array.from(
    [...customerCounts.keys()].filter(
      (p) => customerCounts[p]! >= rule.minCustomers && listingCounts[p]! < rule.maxListings,
    ),
  );
}

/** An exercise made by going back in time: what is known before `timeMs`, and the listings from then to `untilMs`. */
export function exerciseAt(log: EventLog, rule: CandidateRule, timeMs: number, untilMs: number): Exercise {
  const earlier = snapshotAt(log, timeMs, HISTORY_LIMIT);
  const training: Training = { snapshot: earlier, rule, candidates: candidatesOf(earlier, rule) };
  const isCandidate = new Set(training.candidates);
  const { seller, product, timeMs: times } = firstListings(log.listings, log.catalogue.ids.length, untilMs);
  const targets: Target[] = [];
  for (let i = 0; i < times.length; i++) {
    if (times[i]! < timeMs || !isCandidate.has(product[i]!)) continue;
    if (rowOf(earlier.listed, seller[i]!).length > 0) targets.push({ seller: seller[i]!, product: product[i]! });
  }
  return { training, targets };
}

/** The share of the listings that a replay starts with. */
const REPLAY_START = 0.8;

/**
 * The time replay of a training state: the last fifth of its own listings, to be foreseen from what came before. All
 * settings and weights are chosen on it, so that the test listings are read once, at the end.
 */
export function replayOf({ snapshot, rule }: Training): Exercise {
  const { timeMs } = snapshot.listings;
  const start = timeMs[Math.floor(REPLAY_START * timeMs.length)] ?? snapshot.timeMs;
  return exerciseAt(snapshot.log, rule, start, snapshot.timeMs);
}
