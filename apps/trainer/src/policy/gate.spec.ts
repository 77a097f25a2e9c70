import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type GateFigures, judge } from './gate.js';

const SETTINGS = { recallTolerance: 0.02, minIndexRecall: 0.98 };
const GOOD: GateFigures = { recallAt100: 0.3, servingRecallAt100: 0.3, heldBackListings: 500, indexRecall: 0.99 };

const verdict = (figures: Partial<GateFigures>) => judge({ ...GOOD, ...figures }, SETTINGS);

describe('the gate', () => {
  test.each([
    ['as good as the serving version', {}, 'passed'],
    ['worse within the tolerance', { recallAt100: 0.281 }, 'passed'],
    ['worse by more', { recallAt100: 0.279 }, 'recall_low'],
    ['the first version', { recallAt100: 0.01, servingRecallAt100: undefined }, 'passed'],
    ['worse on so few listings that it is chance', { recallAt100: 0.1, heldBackListings: 5 }, 'passed'],
    ['an index that loses results', { indexRecall: 0.97 }, 'index_recall_low'],
    ['an exact index', { indexRecall: undefined }, 'passed'],
    ['a recall that is no number', { recallAt100: NaN }, 'not_a_number'],
    ['an index recall that is no number', { indexRecall: NaN }, 'index_recall_low'],
  ] as const)('%s', (_, figures, name) => {
    expect(verdict(figures)).toMatchObject({ name, passed: name === 'passed' });
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
