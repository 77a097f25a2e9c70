import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '@thaw/platform';
import { type Check, ok, runChecks, warn } from './check.js';
import { clockFinding } from './kafka.js';
import { diskFinding, indexFinding, nodeCheck } from './machine.js';
import { findingsAsJson, findingsAsText, hasFailed } from './report.js';
import { settingFindings } from './settings.js';

const GIB = 2 ** 30;

describe('checks', () => {
  const hanging: Check = {
    name: 'hanging',
    run: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
  };

  test('one that hangs or throws is a finding; the others are told', async () => {
    const broken: Check = { name: 'broken', run: () => Promise.reject(new Error('a defect')) };
    const two: Check = { name: 'two', run: () => Promise.resolve([ok('first'), warn('second', 'do this')]) };
    const findings = await runChecks([hanging, broken, two], 20);
    expect(findings.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['hanging', 'fail'],
      ['broken', 'fail'],
      ['two', 'ok'],
      ['two', 'warn'],
    ]);
    expect(findings[1]!.what).toContain('a defect');
    expect(hasFailed(findings)).toBe(true);
    expect(findingsAsText(findings, 1200)).toContain('Something is wrong: 1 ok, 1 warnings, 2 failures, 1.2 s.');
    expect(findingsAsJson(findings, 1200.4)).toMatchObject({ healthy: false, fail: 2, tookMs: 1200 });
  });

  test('warnings are no failure', async () => {
    const findings = await runChecks([{ name: 'one', run: () => Promise.resolve(warn('so', 'mend it')) }], 1000);
    expect(hasFailed(findings)).toBe(false);
    expect(findingsAsText(findings, 1)).toContain('-> mend it');
  });
});

describe('what is found', () => {
  test.each([
    ['20.18.3', 'fail'],
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['18.20.0', 'fail'],
  ])('Node %s: %s', (version, verdict) => expect(nodeCheck(version).verdict).toBe(verdict));

  test.each([
    [100 * GIB, 'ok'],
    [1.5 * GIB, 'warn'],
    [30 * GIB, 'warn'], // of 1000: four percent more and the next week fills it
    [0.1 * GIB, 'fail'],
  ])('%d bytes free: %s', (free, verdict) => expect(diskFinding('/data', free, 1000 * GIB).verdict).toBe(verdict));

  test.each([
    [0, 'ok'],
    [-1500, 'ok'],
    [5000, 'warn'],
    [-5000, 'warn'],
    [120_000, 'fail'],
  ])('a clock %d ms ahead: %s', (ahead, verdict) => expect(clockFinding('it', ahead).verdict).toBe(verdict));

  test('the build of the index', () => {
    const builds = ['avx512', 'avx2', 'portable', undefined] as const;
    expect(builds.map((build) => indexFinding(build).verdict)).toEqual(['ok', 'ok', 'warn', 'fail']);
  });

  test('settings that do not fit together, each by its name', () => {
    const found = (variables: Record<string, string>) => settingFindings(loadConfig(variables).config);
    expect(found({})).toMatchObject([{ verdict: 'ok' }]);
    const odd = found({
      THAW_LISTING_HYSTERESIS: '10',
      THAW_DEMAND_HYSTERESIS: '5',
      THAW_CO_INTERACTION_THRESHOLD: '1',
      THAW_TRAINER_MIN_INDEX_RECALL: '0.5',
    });
    expect(odd.map(({ what }) => /THAW_[A-Z_]+/.exec(what)![0])).toEqual([
      'THAW_LISTING_HYSTERESIS',
      'THAW_DEMAND_HYSTERESIS',
      'THAW_CO_INTERACTION_THRESHOLD',
      'THAW_TRAINER_MIN_INDEX_RECALL',
    ]);
  });
});
