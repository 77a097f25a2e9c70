import { describe, expect, test } from '@jest/globals';
import { createMarketplace } from './marketplace.js';
import type { MarketplaceRates } from './settings.js';

const START_MS = Date.UTC(2026, 0, 1);
const INORDER = { duplicate: 0, disorder: 0, late: 0 };
const open = (seed: number, rates: Partial<MarketplaceRates> = {}) =>
  createMarketplace({ seed, scale: 0.25, rates, clock: (number) => START_MS + 10 * number });

describe('a marketplace', () => {
  test('is the same, byte for byte, for the same seed, however it is asked', () => {
    const whole = open(42).next(12_000);
    const again = open(42);
    const inPieces = [...again.next(1), ...again.next(4_999), ...again.next(7_000)];
    expect(JSON.stringify(inPieces)).toBe(JSON.stringify(whole));
    expect(JSON.stringify(open(43).next(12_000))).not.toBe(JSON.stringify(whole));
  });

  test('dates nothing after now, and what is in order never backwards', () => {
    let now = START_MS;
    const market = createMarketplace({ seed: 1, scale: 0.25, clock: () => now });
    for (let tick = 0; tick < 200; tick++, now += 7) {
      const times = market.next(25).map(({ event }) => event.eventTimeMs);
      expect(Math.max(...times)).toBeLessThanOrEqual(now);
      expect(Math.min(...times)).toBeGreaterThanOrEqual(START_MS);
    }
    const times = open(1, INORDER)
      .next(5_000)
      .map(({ event }) => event.eventTimeMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBe(START_MS + 10 * 4_999);
  });

  test('reads a clock that jumps back as one that stands still', () => {
    const jumps = [50, 40, 45, 60].map((ms) => START_MS + ms);
    const market = createMarketplace({ seed: 1, rates: INORDER, clock: (number) => jumps[number]! });
    expect(market.next(4).map(({ event }) => event.eventTimeMs - START_MS)).toEqual([50, 50, 50, 60]);
  });

  test('tells a consistent story where nothing arrives out of order', () => {
    const onSale = new Set<string>();
    const gone = new Set<string>();
    const forgotten = new Set<string>();
    const listed = new Set<string>();
    const count = { born: 0, updated: 0, removed: 0, withdrawn: 0, erased: 0 };
    const check = (holds: boolean, story: string) => {
      if (!holds) throw new Error(story);
    };
    const rates = { ...INORDER, removal: 0.03, erasure: 0.02, withdrawal: 0.05, update: 0.05 };
    for (const { topic, event } of open(6, rates).next(50_000)) {
      if (topic === 'products') {
        const { productId, status } = event;
        check(!gone.has(productId), `${productId} was removed before`);
        if (status === 'removed') {
          check(onSale.delete(productId), `${productId} is removed and was never born`);
          gone.add(productId);
          count.removed++;
        } else {
          check(event.title !== '' && event.description !== '', `${productId} has no text`);
          count[onSale.has(productId) ? 'updated' : 'born']++;
          onSale.add(productId);
        }
      } else if (topic === 'erasures') {
        check(!forgotten.has(event.customerId), `${event.customerId} is forgotten twice`);
        forgotten.add(event.customerId);
        count.erased++;
      } else {
        check(onSale.has(event.productId), `${topic}: ${event.productId} is not on sale`);
        if (topic === 'interactions') check(!forgotten.has(event.customerId), `${event.customerId} is back`);
        else {
          const listing = `${event.sellerId} ${event.productId}`;
          check(listed.has(listing) === (event.status === 'withdrawn'), `${listing} is ${event.status} already`);
          if (event.status === 'listed') listed.add(listing);
          else {
            listed.delete(listing);
            count.withdrawn++;
          }
        }
      }
    }
    for (const [kind, number] of Object.entries(count)) expect([kind, number > 100]).toEqual([kind, true]);
  });

  test('arrives about as disordered as it is told to', () => {
    const market = open(4, { duplicate: 0.02, disorder: 0.03, late: 0.01 });
    const events = market.next(30_000);
    let latest = 0;
    const behind = events.filter(({ event }) => {
      latest = Math.max(latest, event.eventTimeMs);
      return event.eventTimeMs < latest;
    });
    const share = behind.length / events.length; // what is delayed by one place only may pass for being in order
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.065);
    expect(new Set(events.map((event) => JSON.stringify(event))).size / events.length).toBeCloseTo(0.98, 2);
  });

  test('stays within its sizes for ever: who and what leaves makes room', () => {
    const market = open(8, { removal: 0.44, erasure: 0.05, repeat: 0 });
    const { sizes } = market;
    const seen = { products: new Set<string>(), customers: new Set<string>() };
    for (let batch = 0; batch < 25; batch++) {
      for (const { topic, event } of market.next(8_000)) {
        if (topic === 'products') seen.products.add(event.productId);
        if (topic === 'interactions') seen.customers.add(event.customerId);
      }
      const stats = market.stats();
      expect(stats.products).toBeLessThanOrEqual(sizes.products);
      expect(stats.customers).toBeLessThanOrEqual(sizes.customers);
      expect(stats.pairs).toBeLessThanOrEqual(sizes.pairs * 1.1);
      expect(stats.listings).toBeLessThanOrEqual(sizes.listings * 1.1);
    }
    expect(seen.products.size).toBeGreaterThan(2 * sizes.products);
    expect(seen.customers.size).toBeGreaterThan(1.2 * market.stats().customers);
  });

  test('opens with customers who find something, and never runs dry, whatever its rates', () => {
    const topics = open(3)
      .next(2_000)
      .map(({ topic }) => topic);
    expect(topics.filter((topic) => topic === 'interactions').length).toBeGreaterThan(1_000);
    const still = { ...INORDER, removal: 0, erasure: 0, withdrawal: 0, update: 0 };
    expect(open(3, { ...still, repeat: 0.9 }).next(5_000)).toHaveLength(5_000);
    expect(open(3, { ...still, repeat: 0 }).next(5_000)).toHaveLength(5_000);
  });

  test('refuses settings that make no marketplace, and says what would', () => {
    const clock = () => START_MS;
    expect(() => createMarketplace({ seed: 1, scale: 0.01, clock })).toThrow(/scale.*0\.01.*from 0\.25/);
    expect(() => createMarketplace({ seed: 0.5, clock })).toThrow(/seed is 0\.5.*integer/);
    expect(() => createMarketplace({ seed: 1, scale: NaN, clock })).toThrow(/scale/);
    expect(() => createMarketplace({ seed: 1, rates: { late: 2 }, clock })).toThrow(/"late" is 2.*0 to 0\.9/);
    expect(() => createMarketplace({ seed: 1, rates: { removal: 0.4, update: 0.4 }, clock })).toThrow(/more than half/);
    expect(() => createMarketplace({ seed: 1, clock: () => NaN }).next(1)).toThrow(/clock said NaN/);
  });
});
