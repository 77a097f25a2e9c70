import { describe, expect, test } from '@jest/globals';
import { Histories } from './histories.js';

const nothing = (): void => undefined;
const create = (limit: number) => new Histories(limit, (product) => `p${product}`);
const content = (histories: Histories, customer: number) => {
  const start = histories.start(customer);
  return [...histories.products.subarray(start, start + histories.length(customer))].sort((a, b) => a - b);
};

describe('Histories', () => {
  test('say what an interaction did', () => {
    const histories = create(2);
    const take = (product: number, timeMs: number) => histories.interact(0, product, timeMs, nothing, nothing);
    expect(take(1, 10)).toBe('added');
    expect(take(1, 10)).toBe('duplicate');
    expect(take(1, 9)).toBe('duplicate');
    expect(take(1, 12)).toBe('refreshed');
    expect(take(2, 5)).toBe('added');
    expect(take(3, 4)).toBe('late');
    expect(take(3, 6)).toBe('added');
    expect(content(histories, 0)).toEqual([1, 3]);
    expect(histories.newest(0)).toBe(12);
  });

  test('of two products of one time the lesser id stays', () => {
    for (const order of [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
    ]) {
      const histories = create(2);
      for (const product of order) histories.interact(0, product, 7, nothing, nothing);
      expect(content(histories, 0)).toEqual([1, 2]);
    }
  });

  test('tell of what leaves while it is still there, and of what came when it is', () => {
    const histories = create(1);
    const told: string[] = [];
    const onEvict = (customer: number, product: number) =>
      void told.push(`-${product} ${String(histories.has(customer, product))}`);
    const onAdd = (customer: number, product: number) =>
      void told.push(`+${product} ${String(histories.has(customer, product))}`);
    histories.interact(0, 1, 1, onEvict, onAdd);
    histories.interact(0, 2, 2, onEvict, onAdd);
    histories.forget(0, 2, onEvict);
    expect(told).toEqual(['+1 true', '-1 true', '+2 true', '-2 true']);
    expect([histories.customers, histories.interactions]).toEqual([0, 0]);
  });

  test('forget only what is not newer', () => {
    const histories = create(3);
    for (const time of [1, 2, 3]) histories.interact(0, time, time, nothing, nothing);
    histories.forget(0, 2, nothing);
    expect(content(histories, 0)).toEqual([3]);
  });
});
