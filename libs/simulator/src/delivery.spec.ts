import { describe, expect, test } from '@jest/globals';
import { Delivery } from './delivery.js';
import type { SimulatedEvent } from './events.js';
import { Random } from './random.js';

const COUNT = 100_000;
const deliver = (rates: { duplicate: number; disorder: number; late: number }) => {
  let happened = 0;
  const placeOf = new Map<SimulatedEvent, number>();
  const delivery = new Delivery(rates, new Random(5), (place) => {
    const event: SimulatedEvent = { topic: 'erasures', event: { customerId: `c-${happened++}`, eventTimeMs: place } };
    placeOf.set(event, place);
    return event;
  });
  const arrived = Array.from({ length: COUNT }, () => delivery.next());
  return { arrived, happened, delays: arrived.map((event, at) => at - placeOf.get(event)!), stats: delivery.stats };
};

describe('delivery', () => {
  test('is in order, once, when all rates are zero', () => {
    const { delays, happened } = deliver({ duplicate: 0, disorder: 0, late: 0 });
    expect(happened).toBe(COUNT);
    expect(delays.every((delay) => delay === 0)).toBe(true);
  });

  test('repeats, disorders and delays about as often as it is told to, within its bounds', () => {
    const { arrived, delays, stats, happened } = deliver({ duplicate: 0.01, disorder: 0.02, late: 0.005 });
    expect(stats.duplicates / happened).toBeCloseTo(0.01, 2);
    expect(stats.disordered / happened).toBeCloseTo(0.02, 2);
    expect(stats.late / happened).toBeCloseTo(0.005, 2);
    expect(arrived.length - new Set(arrived).size).toBeGreaterThan(0.009 * COUNT);
    expect(Math.min(...delays)).toBe(0);
    expect(Math.max(...delays)).toBeLessThan(2_100);
    expect(delays.filter((delay) => delay >= 100).length / COUNT).toBeCloseTo(0.005, 2);
  });

  test('loses nothing: what has happened arrives, but for what is still on its way', () => {
    const { arrived, happened } = deliver({ duplicate: 0.01, disorder: 0.02, late: 0.005 });
    const seen = new Set(arrived.map(({ event }) => ('customerId' in event ? event.customerId : '')));
    const missing = Array.from({ length: happened - 2_500 }, (_, i) => `c-${i}`).filter((id) => !seen.has(id));
    expect(missing).toEqual([]);
  });
});
