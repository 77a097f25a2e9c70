import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countCoInteractions } from './co-interactions.js';
import type { EventLog } from './event-log.js';
import { snapshotAt } from './snapshot.js';
import { rowOf, sparseRows, transposed } from './sparse-rows.js';

const PRODUCTS = 6;
type Event = readonly [who: number, product: number, time: number];

function logOf(listings: readonly Event[], interactions: readonly Event[]): EventLog {
  const byTime = listings.toSorted((a, b) => a[2] - b[2]);
  const column = (events: readonly Event[], at: 0 | 1): Int32Array => Int32Array.from(events, (event) => event[at]);
  const times = (events: readonly Event[]): Float64Array => Float64Array.from(events, (event) => event[2]);
  return {
    catalogue: {
      ids: Array.from({ length: PRODUCTS }, (_, p) => `p${p}`),
      category: new Int32Array(PRODUCTS).fill(-1),
      categoryIds: [],
      texts: [],
    },
    sellerIds: ['s0', 's1', 's2', 's3'],
    customerCount: 4,
    listings: { seller: column(byTime, 0), product: column(byTime, 1), timeMs: times(byTime) },
    interactions: { customer: column(interactions, 0), product: column(interactions, 1), timeMs: times(interactions) },
  };
}

const events = fc.array(fc.tuple(fc.nat(3), fc.nat(PRODUCTS - 1), fc.nat(9)), { maxLength: 60 });

/** The definition: of each customer the H products with the newest last interaction, ties to the smaller number. */
function slowHistories(interactions: readonly Event[], before: number, limit: number): number[][] {
  return [0, 1, 2, 3].map((customer) => {
    const last = new Map<number, number>();
    for (const [who, product, time] of interactions) {
      if (who === customer && time < before) last.set(product, Math.max(time, last.get(product) ?? -1));
    }
    return [...last]
      .sort(([p, a], [q, b]) => b - a || p - q)
      .slice(0, limit)
      .map(([product]) => product);
  });
}

describe('snapshotAt', () => {
  test('knows the bounded histories and the distinct listings of what came before, and nothing else', () => {
    fc.assert(
      fc.property(
        events,
        events,
        fc.nat(10),
        fc.integer({ min: 1, max: 4 }),
        (listings, interactions, before, limit) => {
          const snapshot = snapshotAt(logOf(listings, interactions), before, limit);
          const histories = slowHistories(interactions, before, limit);
          expect([0, 1, 2, 3].map((c) => [...rowOf(snapshot.histories, c)])).toEqual(histories);
          const listed = new Set(listings.filter(([, , time]) => time < before).map(([s, p]) => `${s} ${p}`));
          expect(snapshot.listings.seller.length).toBe(listed.size);
          for (let p = 0; p < PRODUCTS; p++) {
            expect(snapshot.listingCounts[p]).toBe([...listed].filter((pair) => pair.endsWith(` ${p}`)).length);
            const everyone = slowHistories(interactions, before, Infinity).filter((history) => history.includes(p));
            expect(snapshot.customerCounts[p]).toBe(everyone.length);
          }
        },
      ),
    );
  });
});

describe('countCoInteractions', () => {
  test('counts the customers of every pair (against all pairs of all histories)', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 3 }), (interactions, threshold) => {
        const { histories } = snapshotAt(logOf([], interactions), Infinity, 5);
        const { first, second, count } = countCoInteractions(histories, threshold);
        const found = Array.from(first, (p, i) => [p, second[i]!, count[i]!]);
        const expected: number[][] = [];
        for (let p = 0; p < PRODUCTS; p++) {
          for (let q = p + 1; q < PRODUCTS; q++) {
            const both = slowHistories(interactions, Infinity, 5).filter((h) => h.includes(p) && h.includes(q)).length;
            if (both >= threshold) expected.push([p, q, both]);
          }
        }
        expect(found).toEqual(expected);
      }),
    );
  });
});

test('transposed twice is the matrix with its rows ascending', () => {
  const rows = sparseRows(3, 4, [2, 0, 2, 2], [3, 1, 0, 2]);
  const back = transposed(transposed(rows));
  expect([0, 1, 2].map((r) => [...rowOf(back, r)])).toEqual([[1], [], [0, 2, 3]]);
});
