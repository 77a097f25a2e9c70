import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ListedBundle } from './port.js';
import { bundlesToPrune, type PrunePolicy } from './prune.js';
import { compareVersions, nextVersionName, VERSION_NAME } from './version-name.js';

type Kind = 'passed' | 'rejected' | 'broken';

const bundle = (n: number, kind: Kind, atMs: number): ListedBundle => {
  const version = nextVersionName([`v${String(n).padStart(6, '0')}`]);
  if (kind === 'broken') return { version, broken: 'it is', atMs };
  const manifest = { createdAtMs: atMs, gate: { passed: kind === 'passed', reason: '' } };
  return { version, manifest: manifest as Extract<ListedBundle, { broken?: undefined }>['manifest'] };
};

const bundles = fc
  .uniqueArray(fc.tuple(fc.nat(2_000_000), fc.constantFrom<Kind>('passed', 'rejected', 'broken'), fc.nat(100)), {
    maxLength: 12,
    size: 'max',
    selector: ([n]) => n,
  })
  .map((all) => all.map((each) => bundle(...each)));

/** The rules one by one, for one bundle. */
function isKept(each: ListedBundle, all: readonly ListedBundle[], policy: PrunePolicy): boolean {
  const number = (version: string): number => Number(version.slice(1));
  const newer = all.filter(({ version }) => number(version) > number(each.version));
  if (newer.length === 0) return true;
  if ([...policy.keep].includes(each.version)) return true;
  if (each.manifest?.gate.passed)
    return newer.filter((other) => other.manifest?.gate.passed).length < policy.keepNewest;
  return policy.nowMs - (each.manifest ? each.manifest.createdAtMs : each.atMs) < policy.keepRejectedMs;
}

test('a policy removes exactly what none of its rules keeps, the oldest first', () => {
  fc.assert(
    fc.property(
      bundles,
      fc.nat(5),
      fc.array(fc.nat(11), { maxLength: 3 }),
      fc.nat(100),
      (all, keepNewest, keep, age) => {
        const kept = keep.flatMap((at) => all[at]?.version ?? []);
        const policy = { keepNewest, keep: kept, keepRejectedMs: age, nowMs: 100 };
        const due = all.filter((each) => !isKept(each, all, policy)).map(({ version }) => version);
        expect(bundlesToPrune(all, policy)).toEqual(due.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
      },
    ),
  );
});

test('names rise beyond six digits, each number having one name', () => {
  expect(nextVersionName([])).toBe('v000001');
  expect(nextVersionName(['v000009', 'v000010', 'v000002'])).toBe('v000011');
  expect(nextVersionName(['v999999'])).toBe('v1000000');
  expect(nextVersionName(['v1000000', 'v999999'])).toBe('v1000001');
  expect(compareVersions('v1000000', 'v999999')).toBeGreaterThan(0);
  expect(
    ['v000001', 'v1000000', 'v0000001', 'v01', 'V000001', 'v000001\n'].filter((name) => VERSION_NAME.test(name)),
  ).toEqual(['v000001', 'v1000000']);
});
