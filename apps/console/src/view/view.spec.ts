import { describe, expect, test } from '@jest/globals';
import type { FreshnessFacts, FunnelFacts, RunFacts, VersionFacts } from '../api.js';
import { agoText, clipped, count, counted, duration, percent, rate, recall, shortCount } from './format.js';
import { freshnessView } from './freshness.js';
import { funnelInWords, funnelSteps } from './funnel.js';
import { listingsBars } from './listings.js';
import { isActive, runInWords } from './runs.js';
import { activation, recallRange, recallSeries, release, rollback, rollbackTarget, servingOf } from './versions.js';

describe('figures', () => {
  test('are written as people read them', () => {
    expect([count(1234567), shortCount(9999), shortCount(231_916), shortCount(4_560_000), shortCount(7e9)]).toEqual([
      '1,234,567',
      '9,999',
      '232 k',
      '4.56 M',
      '7.00 G',
    ]);
    expect([recall(0.9812), recall(1), percent(0.4791), rate(0.44), rate(5231.4)]).toEqual([
      '.981',
      '1.000',
      '47.9 %',
      '0.4',
      '5,231',
    ]);
    expect([counted(1, 'customer'), counted(12, 'customer')]).toEqual(['1 customer', '12 customers']);
  });

  test.each([
    [-1, '0.0 s'],
    [0.25, '0.3 s'],
    [59.6, '1 min 0 s'],
    [125, '2 min 5 s'],
    [11_540, '3 h 12 min'],
    [356_400, '4 d 3 h'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  test.each([
    [-0.2, 'now'],
    [-30, '−30 s'],
    [-150, '−2.5 min'],
    [-600, '−10 min'],
  ])('%d seconds ago are %s', (seconds, text) => expect(agoText(seconds)).toBe(text));

  test('texts are cut between characters', () => {
    expect(clipped('candle', 6)).toBe('candle');
    expect(clipped('candle holder', 8)).toBe('candle…');
    expect(clipped('🕯️🕯️🕯️🕯️', 3)).not.toContain('�');
  });
});

const FUNNEL: FunnelFacts = {
  customers: 19_621,
  interactions: 231_916,
  pairs: 237_729,
  edgesAtThreshold: 1287,
  edgesKept: 211,
  trainingProducts: 140,
  candidates: 53,
  sellers: 25,
  categories: 10,
  candidatesByListings: [1, 27, 25],
};

describe('the funnel', () => {
  test('has its steps in order, as high as their logarithm', () => {
    const steps = funnelSteps(FUNNEL);
    expect(steps.map(({ value }) => value)).toEqual([19_621, 231_916, 237_729, 1287, 211, 140, 53]);
    expect(Math.max(...steps.map(({ size }) => size))).toBe(1);
    expect(steps[6]!.size).toBeCloseTo(Math.log10(54) / Math.log10(237_730), 6);
    expect(funnelInWords(FUNNEL)).toContain('pairs 237,729, edges 1,287');
  });

  test('of an empty graph is flat', () => {
    const empty = Object.fromEntries(Object.keys(FUNNEL).map((key) => [key, 0])) as unknown as FunnelFacts;
    expect(funnelSteps(empty).map(({ size }) => size)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('ends in the candidates by listings, beside table 1', () => {
    const bars = listingsBars(FUNNEL.candidatesByListings);
    expect(bars.map(({ candidates }) => candidates)).toEqual([1, 27, 25]);
    expect(bars.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(bars.map(({ paperShare }) => paperShare)).toEqual([0.142, 0.479, 0.378]);
    expect(listingsBars([]).map(({ share }) => share)).toEqual([0, 0, 0]);
  });
});

describe('freshness', () => {
  const facts = (changes: Partial<FreshnessFacts>): FreshnessFacts => ({
    state: 'following',
    sequence: 5120,
    ageSeconds: 0.3,
    lagChanges: 0,
    lagSeconds: 0.1,
    reason: null,
    ...changes,
  });

  test.each<[string, Partial<FreshnessFacts>, string, string]>([
    ['all is read', {}, 'fresh', 'up to date'],
    ['nothing has happened for an hour', { ageSeconds: 3600 }, 'fresh', 'up to date'],
    ['it falls behind', { lagSeconds: 90, lagChanges: 800 }, 'late', '1 min 30 s behind'],
    ['it is cut off', { state: 'waiting', lagSeconds: 20, reason: 'no broker' }, 'lost', 'cut off for 20 s'],
    ['there is no graph yet', { state: 'copying', lagSeconds: null }, 'lost', 'no graph yet'],
  ])('when %s', (_, changes, level, label) => {
    expect(freshnessView(facts(changes))).toMatchObject({ level, label });
  });

  test('says why it is cut off', () => {
    expect(freshnessView(facts({ reason: 'no broker answers' })).detail).toBe('no broker answers');
  });
});

describe('runs', () => {
  const run: RunFacts = {
    runId: 'run-1',
    kind: 'fine-tune',
    state: 'running',
    stage: 'fit',
    progress: 0.5,
    etaSeconds: 3,
    message: '',
    reason: 'churn',
    requestedBy: '',
    endedAtMs: null,
    version: '',
  };

  test('are told by whom, why, and what came of them', () => {
    expect(runInWords(run, 0)).toBe('fine-tune by itself: churn');
    const ended = { ...run, kind: 'full', requestedBy: 'ann', reason: '', version: 'v000003', endedAtMs: 0 } as const;
    expect(runInWords(ended, 125_000)).toBe('full retrain by ann · v000003, 2 min 5 s ago');
    expect(['queued', 'running', 'failed'].map((state) => isActive({ ...run, state } as RunFacts))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('versions', () => {
  const version = (number: number, changes: Partial<VersionFacts> = {}): VersionFacts => ({
    version: `v${String(number).padStart(6, '0')}`,
    parent: '',
    state: 'standby',
    pinned: false,
    publishedAtMs: 0,
    recallAt100: number / 10,
    indexRecall: 1,
    rejectedBecause: '',
    ...changes,
  });
  const rejected = version(4, { state: 'rejected', rejectedBecause: 'worse' });
  const versions = [rejected, version(3, { state: 'serving' }), version(2), version(1)];

  test('a rollback goes to the newest before the serving one that passed', () => {
    expect(servingOf(versions)?.version).toBe('v000003');
    expect(rollbackTarget(versions)?.version).toBe('v000002');
    expect(rollbackTarget([version(3), version(2, { state: 'serving' })])).toBeUndefined();
    expect(rollbackTarget([version(10), version(9, { state: 'serving' }), rejected])).toBeUndefined();
    expect(rollbackTarget([])).toBeUndefined();
  });

  test('a command names what is served before and after, and asks for a reason where the gate said no', () => {
    expect(activation(versions, versions[3]!)).toMatchObject({
      before: { version: 'v000003' },
      after: { version: 'v000001' },
      needsReason: false,
    });
    const promotion = activation(versions, rejected);
    expect(promotion).toMatchObject({ needsReason: true, effect: expect.stringContaining('worse') });
    expect(rollback(versions, versions[2]!)).toMatchObject({ kind: 'rollback', after: { version: 'v000002' } });
    expect(release(versions)).toMatchObject({ kind: 'release', after: { version: 'v000003' } });
  });

  test.each([
    [
      [0.981, 0.99],
      [0.95, 1],
    ],
    [[0.222], [0.2, 0.25]],
    [
      [0, 1],
      [0, 1.01],
    ],
  ] as const)('recalls of %j are drawn from and to %j', (recalls, [low, high]) => {
    const range = recallRange(recalls.map((recallAt100) => version(1, { recallAt100 })));
    expect(range[0]).toBeCloseTo(low, 9);
    expect(range[1]).toBeCloseTo(high, 9);
  });

  test('the chart has the oldest first, and those that were rejected apart', () => {
    expect(recallSeries(versions)).toEqual({
      names: ['v000001', 'v000002', 'v000003', 'v000004'],
      passed: [0.1, 0.2, 0.3, null],
      rejected: [null, null, null, 0.4],
    });
  });
});
