import { describe, expect, test } from '@jest/globals';
import { graph } from '@thaw/contracts';
import { DEFAULT_GRAPH_SETTINGS } from '../settings.js';
import { admissionReason, evictionReason, isCandidate } from './candidate-policy.js';

const settings = { ...DEFAULT_GRAPH_SETTINGS, listingHysteresis: 2, demandHysteresis: 1 };
const { ChangeReason } = graph;

describe('the candidate policy', () => {
  test.each([
    // customers, listings, admitted when it was none, kept when it was one
    [5, 7, true, true],
    [5, 8, false, true],
    [5, 9, false, true],
    [5, 10, false, false],
    [4, 0, false, true],
    [3, 0, false, false],
  ])('%i customers and %i listings: admitted %s, kept %s', (customers, listings, admitted, kept) => {
    const now = { active: true, customers, listings };
    expect(isCandidate(false, now, settings)).toBe(admitted);
    expect(isCandidate(true, now, settings)).toBe(kept);
    expect(isCandidate(true, { ...now, active: false }, settings)).toBe(false);
  });

  test('names the limit that was crossed', () => {
    const standing = { active: true, customers: 5, listings: 10 };
    expect(evictionReason(standing, settings)).toBe(ChangeReason.LISTINGS_REACHED);
    expect(evictionReason({ ...standing, listings: 0 }, settings)).toBe(ChangeReason.DEMAND_GONE);
    expect(evictionReason({ ...standing, active: false }, settings)).toBe(ChangeReason.PRODUCT_REMOVED);
    expect(admissionReason({ ...standing, active: false }, settings)).toBe(ChangeReason.PRODUCT_ADDED);
    expect(admissionReason({ ...standing, customers: 4 }, settings)).toBe(ChangeReason.DEMAND_REACHED);
    expect(admissionReason(standing, settings)).toBe(ChangeReason.LISTINGS_WITHDRAWN);
  });
});
