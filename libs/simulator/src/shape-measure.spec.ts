import { describe, expect, test } from '@jest/globals';
import type { SimulatedEvent } from './events.js';
import { createMarketplace } from './marketplace.js';
import { measureShape } from './shape-measure.js';
import { compareWithPaper } from './shape-report.js';

const product = (productId: string, categoryId = 'a', status: 'active' | 'removed' = 'active'): SimulatedEvent => ({
  topic: 'products',
  event: { productId, categoryId, title: 't', description: 'd', status, eventTimeMs: 1 },
});
const touch = (customerId: string, productId: string, eventTimeMs = 5): SimulatedEvent => ({
  topic: 'interactions',
  event: { customerId, productId, type: 'view', eventTimeMs },
});
const listing = (sellerId: string, productId: string, status: 'listed' | 'withdrawn', at: number): SimulatedEvent => ({
  topic: 'listings',
  event: { sellerId, productId, status, eventTimeMs: at },
});

describe('the measure of a shape', () => {
  const policy = { minCustomers: 2, maxListings: 2, coInteractionThreshold: 2, historyLength: 3 };
  /** p and q share customers 1 and 2; w is warm; r has one customer; x is gone. */
  const story: SimulatedEvent[] = [
    ...['p', 'q', 'w'].map((id) => product(id)),
    product('r', ''),
    product('x', 'a', 'removed'),
    ...['1', '2'].flatMap((customer) => ['p', 'q', 'w'].map((id) => touch(customer, id))),
    touch('3', 'r'),
    touch('4', 'x'),
    ...['s', 't'].map((seller) => listing(seller, 'w', 'listed', 2)),
    listing('s', 'p', 'listed', 2),
    listing('t', 'q', 'listed', 2),
    listing('t', 'q', 'withdrawn', 3),
  ];
  const expected = {
    sellers: 2,
    customers: 3,
    products: 4,
    categories: 1,
    candidates: 2,
    trainingProducts: 3,
    customerProductEdges: 7,
    sellerProductEdges: 3,
    categoryProductEdges: 3,
    trainingPairs: 3,
    sellerCandidateEdges: 1,
    sellerTrainingEdges: 3,
    categoryTrainingEdges: 3,
    candidatesByListings: [1, 1],
  };

  test('counts a small story right', () => {
    expect(measureShape(story, policy)).toMatchObject(expected);
  });

  test('does not care for order and repetition', () => {
    expect(measureShape([...story].reverse(), policy)).toMatchObject(expected);
    expect(measureShape([...story, ...story], policy)).toMatchObject(expected);
  });

  test('forgets who asked for it, whenever the interaction arrives', () => {
    const erasure: SimulatedEvent = { topic: 'erasures', event: { customerId: '2', eventTimeMs: 5 } };
    const without = { customers: 2, candidates: 0, customerProductEdges: 4 };
    expect(measureShape([...story, erasure], policy)).toMatchObject(without);
    expect(measureShape([erasure, ...story], policy)).toMatchObject(without);
    expect(measureShape([erasure, ...story, touch('2', 'p', 6)], policy)).toMatchObject({ customers: 3 });
  });

  test('keeps the newest products of a history only', () => {
    const more = [touch('1', 'r', 9)];
    // Four distinct products of customer 1: of p, q, w at one time, the last id falls out.
    expect(measureShape([...story, ...more], policy)).toMatchObject({ customerProductEdges: 7 });
  });
});

test('a comparison with the paper has numbers even where nothing happened yet', () => {
  const rows = compareWithPaper(measureShape([]));
  expect(rows.filter(({ measured, deviation }) => !Number.isFinite(measured) || !Number.isFinite(deviation))).toEqual(
    [],
  );
  expect(rows.filter(({ claimed, holds }) => claimed && holds).map(({ symbol }) => symbol)).toEqual(['A']);
});

describe('the shape of the marketplace', () => {
  const shapeOf = (seed: number, scale: number, grown: number) => {
    const market = createMarketplace({ seed, scale, rates: { repeat: 0 }, clock: (number) => number });
    const count = Math.ceil(market.sizes.warmUpEvents * grown);
    return compareWithPaper(measureShape(market.next(count)));
  };
  const off = (rows: ReturnType<typeof compareWithPaper>) =>
    rows.filter(({ claimed, holds }) => claimed && !holds).map(({ symbol, measured }) => `${symbol} ${measured}`);

  test.each([1, 2, 3])('has the candidates of table 1 while it still grows (seed %i)', (seed) => {
    expect(off(shapeOf(seed, 0.25, 0.3).filter(({ table }) => table === 'Table 1'))).toEqual([]);
  });

  test('has all that is claimed of tables 1 and 5 when it is grown', () => {
    expect(off(shapeOf(5, 0.25, 1.02))).toEqual([]);
  });
});
