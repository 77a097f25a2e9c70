import { describe, expect, test } from '@jest/globals';
import type { BatchReduction } from '@thaw/graph';
import { DEFAULT_GRAPH_SETTINGS, reduceBatch } from '@thaw/graph';
import { impossibleCandidates } from './hysteresis.js';

const settings = {
  ...DEFAULT_GRAPH_SETTINGS,
  minCustomers: 4,
  demandHysteresis: 2,
  maxListings: 5,
  listingHysteresis: 2,
};

/** One product with so many customers and listings; in the catalogue unless removed. */
function product(customers: number, listings: number, status: 'active' | 'removed' = 'active'): BatchReduction {
  const productId = 'p';
  return reduceBatch(
    {
      products: [{ productId, categoryId: '', title: '', description: '', status, eventTimeMs: 0 }],
      interactions: Array.from({ length: customers }, (_, number) => {
        return { customerId: `c${number}`, productId, type: 'view', eventTimeMs: 0 };
      }),
      listings: Array.from({ length: listings }, (_, number) => {
        return { sellerId: `s${number}`, productId, status: 'listed', eventTimeMs: 0 };
      }),
      erasures: [],
    },
    settings,
  );
}

describe('impossibleCandidates', () => {
  test.each([
    { customers: 4, listings: 2, may: true, must: true },
    { customers: 4, listings: 3, may: true, must: false },
    { customers: 4, listings: 4, may: true, must: false },
    { customers: 4, listings: 5, may: false, must: false },
    { customers: 3, listings: 2, may: true, must: false },
    { customers: 2, listings: 2, may: true, must: false },
    { customers: 1, listings: 2, may: false, must: false },
  ])('$customers customers and $listings listings', ({ customers, listings, may, must }) => {
    const expected = product(customers, listings);
    const asCandidate = [...impossibleCandidates(new Set(['p']), expected, settings)];
    const asNone = [...impossibleCandidates(new Set(), expected, settings)];
    expect(asCandidate).toEqual(may ? [] : [{ what: 'candidate', id: 'p', live: true, expected: false }]);
    expect(asNone).toEqual(must ? [{ what: 'candidate', id: 'p', live: false, expected: true }] : []);
  });

  test('a product that is not in the catalogue is none', () => {
    const live = new Set(['p', 'unknown']);
    expect([...impossibleCandidates(live, product(9, 0, 'removed'), settings)].map(({ id }) => id)).toEqual([
      'p',
      'unknown',
    ]);
  });
});
