import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EmbeddedCounter } from './counting/embedded-counter.js';
import { countsBefore } from './past-counts.js';

const PRODUCTS = 8;
const interaction = fc.record({
  customer: fc.integer({ min: 0, max: 5 }),
  product: fc.integer({ min: 0, max: PRODUCTS - 1 }),
  timeMs: fc.integer({ min: 0, max: 20 }),
});
interface Interaction {
  readonly customer: number;
  readonly product: number;
  readonly timeMs: number;
}

const counterOf = (events: readonly Interaction[], history: number): EmbeddedCounter => {
  const limits = { history, demand: PRODUCTS };
  const counter = new EmbeddedCounter({ limits, threshold: 2, sketchCells: 64, idOf: String });
  for (const { customer, product, timeMs } of events) counter.interact(customer, product, timeMs);
  return counter;
};

/** What `countsBefore` says must be what a counter says that saw no more than the events of before. */
function expectCountsOf(events: readonly Interaction[], timeMs: number, history: number): void {
  const counter = counterOf(events, history);
  const before = counterOf(
    events.filter((event) => event.timeMs < timeMs),
    history,
  );
  const past = countsBefore(counter, timeMs)!;
  for (let product = 0; product < PRODUCTS; product++) {
    expect(past.customers(product)).toBe(before.customers(product));
  }
  counter.edges.forEach((a, b) => {
    expect(past.count(a, b)).toBe(before.count(a, b));
  });
}

const events = fc.array(interaction, { size: 'max', maxLength: 60 });
const time = fc.integer({ min: 0, max: 21 });

test('counts of before are those of the events before, where histories hold all of it', () => {
  fc.assert(fc.property(events, time, (all, timeMs) => expectCountsOf(all, timeMs, PRODUCTS)));
});

test('likewise where histories do not, as long as nobody comes back to a product', () => {
  fc.assert(
    fc.property(events, time, fc.integer({ min: 1, max: 4 }), (all, timeMs, history) => {
      const once = new Map(all.map((event) => [event.customer * PRODUCTS + event.product, event]));
      expectCountsOf([...once.values()], timeMs, history);
    }),
  );
});

test('where that takes too long there are none', () => {
  const counter = counterOf(
    [0, 1, 2].map((product) => ({ customer: 0, product, timeMs: product })),
    PRODUCTS,
  );
  expect(countsBefore(counter, 2, 3)?.customers(2)).toBe(0);
  expect(countsBefore(counter, 2, 2)).toBeUndefined();
});
