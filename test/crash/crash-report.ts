import type { CrashPoint } from '@thaw/app-graph';
import type { Difference } from '@thaw/graph';
import type { FollowerCounts } from '../support/change-follower.js';

export interface CrashReport {
  readonly killsByPoint: ReadonlyMap<CrashPoint | 'random', number>;
  readonly events: number;
  /** Processes that were killed before a copy of the graph was read from them. */
  readonly killedUnread: number;
  /** Copies of the graph compared: with the changes of the topic, and with the batch reduction of their events. */
  readonly checks: { readonly followed: number; readonly reduced: number };
  /** From the start of a process until it has served a copy of the graph. */
  readonly medianStartMs: number;
  readonly changes: FollowerCounts;
  readonly differences: readonly Difference[];
}

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** What was kept or counted too little, and what too much. */
export function classify(differences: readonly Difference[]): { readonly lost: number; readonly doubled: number } {
  const lost = differences.filter(({ live, expected }) => Number(live ?? 0) < Number(expected ?? 0)).length;
  return { lost, doubled: differences.length - lost };
}

export function reportTable(report: CrashReport): string {
  const { killsByPoint, changes, checks, medianStartMs } = report;
  const kills = [...killsByPoint.values()].reduce((sum, count) => sum + count, 0);
  const { lost, doubled } = classify(report.differences);
  const rows: (readonly [string, string | number])[] = [
    ['events', report.events],
    ['kill -9', kills],
    ...[...killsByPoint].map(([point, count]) => [`  ${point}`, count] as const),
    ['killed again before it could be read', report.killedUnread],
    ['copies compared with the changes', checks.followed],
    ['copies compared with the reference', checks.reduced],
    ['median start to first copy, ms', Math.round(medianStartMs)],
    ['changes', changes.changes],
    ['changes repeated by redelivery', changes.repeated],
    ['changes altered', changes.altered],
    ['sequence gaps', changes.gaps],
    ['lost', lost],
    ['double counted', doubled],
  ];
  return rows.map(([name, value]) => `${name.padEnd(38)}${String(value).padStart(10)}\n`).join('');
}
