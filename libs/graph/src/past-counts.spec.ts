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

const counterOf = (events: readonly { customer: number; product: number; timeMs: number }[]): EmbeddedCounter => {
  const counter = new EmbeddedCounter({ historyLimit: 5, threshold: 2, sketchCells: 64, idOf: String });
  for (const { customer, product, timeMs } of events) counter.interact(customer, product, timeMs);
  return counter;
};

test('counts of before are those of what was touched last before', () => {
  fc.assert(
    fc.property(
      fc.array(interaction, { size: 'max', maxLength: 60 }),
      fc.integer({ min: 0, max: 21 }),
      (events, timeMs) => {
        const counter = counterOf(events);
        const { histories } = counter;
        const old = Array.from({ length: histories.capacity }, (_, customer) => {
          const places = Array.from({ length: histories.length(customer) }, (_, i) => histories.start(customer) + i);
          return new Set(places.filter((at) => histories.times[at]! < timeMs).map((at) => histories.products[at]!));
        });
        const past = countsBefore(counter, timeMs)!;
        for (let product = 0; product < PRODUCTS; product++) {
          expect(past.customers(product)).toBe(old.filter((held) => held.has(product)).length);
        }
        counter.edges.forEach((a, b) => {
          expect(past.count(a, b)).toBe(old.filter((held) => held.has(a) && held.has(b)).length);
        });
      },
    ),
  );
});

test('where that takes too long there are none', () => {
  const counter = counterOf([0, 1, 2].map((product) => ({ customer: 0, product, timeMs: product })));
  expect(countsBefore(counter, 2, 3)?.customers(2)).toBe(0);
  expect(countsBefore(counter, 2, 2)).toBeUndefined();
});
