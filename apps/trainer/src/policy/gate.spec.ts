import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type GateFigures, judge } from './gate.js';

const SETTINGS = { recallTolerance: 0.02, minIndexRecall: 0.98 };
const GOOD: GateFigures = { recallAt100: 0.3, servingRecallAt100: 0.3, heldBackListings: 500, indexRecall: 0.99 };

const verdict = (figures: Partial<GateFigures>) => judge({ ...GOOD, ...figures }, SETTINGS);

describe('the gate', () => {
  test.each([
    ['as good as the serving version', {}, true],
    ['worse within the tolerance', { recallAt100: 0.281 }, true],
    ['worse by more', { recallAt100: 0.279 }, false],
    ['the first version', { recallAt100: 0.01, servingRecallAt100: undefined }, true],
    ['worse on so few listings that it is chance', { recallAt100: 0.1, heldBackListings: 5 }, true],
    ['an index that loses results', { indexRecall: 0.97 }, false],
    ['an exact index', { indexRecall: undefined }, true],
    ['a recall that is no number', { recallAt100: NaN }, false],
    ['an index recall that is no number', { indexRecall: NaN }, false],
  ] as const)('%s', (_, figures, passed) => {
    expect(verdict(figures).passed).toBe(passed);
    expect(verdict(figures).reason).not.toBe('');
  });

  test('a better version never fares worse', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (recallAt100, servingRecallAt100, gain) => {
        const { passed } = verdict({ recallAt100, servingRecallAt100 });
        if (passed) expect(verdict({ recallAt100: recallAt100 + gain, servingRecallAt100 }).passed).toBe(true);
      }),
    );
  });
});
