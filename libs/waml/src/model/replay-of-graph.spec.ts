import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelState } from './model-state.js';
import { replayOfGraph } from './replay-of-graph.js';

const PRODUCTS = 5;
const SELLERS = 4;
const CUSTOMERS = [9, 9, 9, 9, 1];
const rule = { minCustomers: 2, maxListings: 3 };

function stateWith(listings: readonly (readonly [seller: number, product: number, timeMs: number])[]): ModelState {
  const listingCounts = CUSTOMERS.map((_, p) => listings.filter(([, q]) => p === q).length);
  const isCandidate = (p: number): boolean =>
    CUSTOMERS[p]! >= rule.minCustomers && listingCounts[p]! < rule.maxListings;
  const column = (i: 0 | 1 | 2): number[] => listings.map((listing) => listing[i]);
  return {
    productIds: Array.from({ length: PRODUCTS }, (_, p) => `p${p}`),
    sellerIds: Array.from({ length: SELLERS }, (_, s) => `s${s}`),
    categoryIds: [],
    category: new Int32Array(PRODUCTS).fill(-1),
    customers: CUSTOMERS,
    listingCounts,
    listings: { seller: column(0), product: column(1), timeMs: column(2) },
    coInteractions: { first: [], second: [], count: [] },
    lowestCount: 1,
    candidates: Int32Array.from(CUSTOMERS.keys()).filter(isCandidate),
  };
}

test('takes off the newest listings, and asks for those that could have been foreseen', () => {
  const state = stateWith([
    [0, 0, 1],
    [1, 0, 2],
    [2, 0, 3], // warm already
    [0, 1, 4],
    [1, 4, 5], // too little demand to be a candidate
    [1, 1, 6],
    [0, 2, 7],
    [1, 2, 7],
    [2, 2, 8], // warm by now: its edges to other warm products are not in the graph
    [0, 3, 9],
    [3, 3, 9], // a seller that had not listed before
  ]);
  const replay = replayOfGraph(state, { share: 0.5, rule });
  expect([...replay.state.candidates]).toEqual([1, 3]);
  expect([...(replay.state.listingCounts as Uint32Array)]).toEqual([3, 1, 0, 0, 1]);
  expect(replay.state.listings.timeMs).toHaveLength(5);
  expect(replay.targets).toEqual([
    { seller: 1, product: 1 },
    { seller: 0, product: 3 },
  ]);
});

test('has the customers and pairs of then, where the graph tells them', () => {
  const coInteractions = { first: [0, 0, 1], second: [1, 2, 3], count: [6, 5, 5] };
  const state = {
    ...stateWith([
      [0, 0, 1],
      [0, 1, 2],
      [0, 2, 3],
      [0, 3, 4],
    ]),
    coInteractions,
    lowestCount: 5,
  };
  const past = { customers: [9, 9, 1, 9, 1], counts: [5, 5, 4] };
  const replay = replayOfGraph(state, { startMs: 3, rule, past });
  expect([...replay.state.candidates]).toEqual([0, 1, 3]); // 2 was not in demand yet
  expect(replay.targets).toEqual([{ seller: 0, product: 3 }]);
  expect(replay.state.customers).toBe(past.customers);
  const { first, second, count } = replay.state.coInteractions;
  expect([first, second, count].map((column) => Array.from(column))).toEqual([
    [0, 0],
    [1, 2],
    [5, 5],
  ]);
  expect(replay.demandIsOfNow).toBeUndefined();
  expect(replayOfGraph(state, { startMs: 3, rule })).toMatchObject({ demandIsOfNow: true, state: { coInteractions } });
});

test('never knows a listing of a time that is still to be foreseen, and bears a graph without listings', () => {
  const listing = fc.tuple(fc.nat(SELLERS - 1), fc.nat(PRODUCTS - 1), fc.nat(6));
  fc.assert(
    fc.property(fc.array(listing, { maxLength: 20, size: 'max' }), (unsorted) => {
      const listings = unsorted.toSorted((a, b) => a[2] - b[2]);
      const replay = replayOfGraph(stateWith(listings), { rule });
      const known = replay.state.listings.timeMs as Float64Array;
      const rest = listings.slice(known.length);
      expect(rest.length >= listings.length / 5).toBe(true);
      for (const [, , timeMs] of rest) expect(known.every((earlier) => earlier < timeMs)).toBe(true);
      for (const { product } of replay.targets) expect(replay.state.candidates).toContain(product);
    }),
  );
});
