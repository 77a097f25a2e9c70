import type { FreshnessFacts } from '../api.js';
import { count, duration } from './format.js';

export interface FreshnessView {
  readonly level: 'fresh' | 'late' | 'lost';
  readonly label: string;
  /** More than the label, for a tooltip and for those who listen. */
  readonly detail: string;
}

/** Behind by more than this is worth a word. */
const LATE_SECONDS = 10;

/** How fresh the answers are, in words. */
export function freshnessView(facts: FreshnessFacts): FreshnessView {
  const { state, ageSeconds, lagSeconds, lagChanges, sequence, reason } = facts;
  if (lagSeconds === null) {
    const why = reason ?? `${state} the graph, at change ${count(sequence)}`;
    return { level: 'lost', label: 'no graph yet', detail: why };
  }
  const behind = lagChanges === null ? '' : `, ${count(lagChanges)} changes behind`;
  const detail = `change ${count(sequence)}, applied ${duration(ageSeconds)} ago${behind}`;
  if (reason !== null) return { level: 'lost', label: `cut off for ${duration(lagSeconds)}`, detail: reason };
  if (lagSeconds > LATE_SECONDS) return { level: 'late', label: `${duration(lagSeconds)} behind`, detail };
  return { level: 'fresh', label: 'up to date', detail };
}
