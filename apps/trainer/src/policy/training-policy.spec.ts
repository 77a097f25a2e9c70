import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Activity } from './graph-activity.js';
import { dueRun, type PolicySettings, type TrainingHistory } from './training-policy.js';

const SETTINGS: PolicySettings = {
  minListings: 200,
  churnShare: 0.1,
  changedEdgesShare: 0.1,
  maxAgeMs: 3_600_000,
  minGapMs: 60_000,
  growth: 2,
};
const NOW_MS = 10_000_000;
const QUIET: Activity = { candidates: 100, edges: 900, listings: 300, sellers: 10, churn: 0, changes: 0 };
const SERVED: TrainingHistory = { lastEndMs: NOW_MS - 120_000, lastVersionMs: NOW_MS - 120_000, listingsAtFull: 300 };
const NOTHING: TrainingHistory = { lastEndMs: undefined, lastVersionMs: undefined, listingsAtFull: undefined };

const due = (activity: Partial<Activity> = {}, history: Partial<TrainingHistory> = {}) =>
  dueRun(SETTINGS, { ...QUIET, ...activity }, { ...SERVED, ...history }, NOW_MS);

const count = fc.nat(2000);
const activities = fc.record({
  candidates: count,
  edges: count,
  listings: count,
  sellers: count,
  churn: fc.nat(300),
  changes: fc.nat(600),
});
const pastMs = fc.option(fc.integer({ min: 0, max: NOW_MS }), { nil: undefined });
const histories: fc.Arbitrary<TrainingHistory> = fc.record({
  lastEndMs: pastMs,
  lastVersionMs: pastMs,
  listingsAtFull: fc.option(count, { nil: undefined }),
});

describe('which run is due', () => {
  test.each([
    ['the first version', {}, NOTHING, 'full'],
    ['too few listings', { listings: 199 }, NOTHING, undefined],
    ['no candidates', { candidates: 0 }, NOTHING, undefined],
    ['nothing happened', {}, {}, undefined],
    ['candidates came and went', { churn: 10 }, {}, 'fine-tune'],
    ['hardly any did', { churn: 9 }, {}, undefined],
    ['edges and listings changed', { changes: 120 }, {}, 'fine-tune'],
    ['hardly any did', { changes: 119 }, {}, undefined],
    ['the version is old, and something changed', { changes: 1 }, { lastVersionMs: NOW_MS - 3_600_000 }, 'fine-tune'],
    ['the version is old, and nothing changed', {}, { lastVersionMs: 0 }, undefined],
    ['the listings doubled', { listings: 600, churn: 90 }, {}, 'full'],
    ['the last run has just ended', { churn: 100 }, { lastEndMs: NOW_MS - 59_999 }, undefined],
  ] as const)('%s', (_, activity, history, kind) => {
    expect(due(activity, history)?.kind).toBe(kind);
  });

  test('none within the gap, none with too little to learn from, and the first is a full one', () => {
    fc.assert(
      fc.property(activities, histories, (activity, history) => {
        const decision = dueRun(SETTINGS, activity, history, NOW_MS);
        if (decision === undefined) return;
        expect(activity.listings).toBeGreaterThanOrEqual(SETTINGS.minListings);
        expect(activity.candidates).toBeGreaterThan(0);
        if (history.lastEndMs !== undefined)
          expect(NOW_MS - history.lastEndMs).toBeGreaterThanOrEqual(SETTINGS.minGapMs);
        if (history.lastVersionMs === undefined) expect(decision.kind).toBe('full');
        expect(decision.reason).not.toBe('');
      }),
    );
  });

  test('what is due stays due when more happens', () => {
    fc.assert(
      fc.property(activities, histories, fc.nat(500), fc.nat(500), (activity, history, churn, changes) => {
        const before = dueRun(SETTINGS, activity, history, NOW_MS);
        fc.pre(before !== undefined);
        const more = { ...activity, churn: activity.churn + churn, changes: activity.changes + changes };
        expect(dueRun(SETTINGS, more, history, NOW_MS)?.kind).toBe(before.kind);
        expect(dueRun(SETTINGS, more, history, NOW_MS + 1_000_000)).toBeDefined();
      }),
    );
  });
});
