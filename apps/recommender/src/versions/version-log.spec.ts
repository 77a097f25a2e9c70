import { describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import fc from 'fast-check';
import { VersionLog } from './version-log.js';

const { VersionState } = operator;

interface Written {
  readonly version: string;
  readonly state: operator.VersionState;
  readonly pinned: boolean;
}

const recordOf = (each: Written) => ({
  key: Buffer.from(each.version),
  value: Buffer.from(operator.Version.encode(operator.Version.fromPartial(each)).finish()),
});

describe('the version to serve', () => {
  test('is a pinned one, else the newest that is serving, whatever was written before', () => {
    const written = fc.record({
      version: fc.constantFrom('v000001', 'v000002', 'v000003', 'v000004'),
      state: fc.constantFrom(VersionState.SERVING, VersionState.STANDBY, VersionState.REJECTED),
      pinned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(written, { maxLength: 12, size: 'max' }), (all) => {
        const log = new VersionLog();
        for (const each of all) expect(log.take(recordOf(each))).toBe(true);
        const last = all.filter(({ version }, i) => !all.slice(i + 1).some((later) => later.version === version));
        const serving = last.filter(({ state }) => state === VersionState.SERVING).reverse();
        const expected = serving.find(({ pinned }) => pinned) ?? serving[0];
        expect(log.wanted?.version).toBe(expected?.version);
      }),
    );
  });

  test('is none of those whose record is gone or no version', () => {
    const log = new VersionLog();
    log.take(recordOf({ version: 'v000001', state: VersionState.SERVING, pinned: false }));
    expect(log.take({ key: Buffer.from('v000002'), value: Buffer.from([0xff]) })).toBe(false);
    expect(log.wanted?.version).toBe('v000001');
    log.take({ key: Buffer.from('v000001'), value: null });
    expect(log.wanted).toBeUndefined();
  });
});
