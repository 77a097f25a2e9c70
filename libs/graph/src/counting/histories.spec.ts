import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Histories, type HistoryLimits, type HistoryListener } from './histories.js';

const SILENT: HistoryListener = {
  entered: () => undefined,
  leaving: () => undefined,
  gained: () => undefined,
  lost: () => undefined,
};
const create = (history: number, demand = history, listener = SILENT) =>
  new Histories({ history, demand }, (product) => `p${product}`, listener);
const ascending = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
const content = (histories: Histories, customer: number) => {
  const start = histories.start(customer);
  const [history, held] = [start + histories.length(customer), start + histories.held(customer)];
  return {
    history: ascending(histories.products.subarray(start, history)),
    faded: ascending(histories.products.subarray(history, held)),
  };
};

describe('Histories', () => {
  test('say what an interaction did', () => {
    const histories = create(2);
    const take = (product: number, timeMs: number) => histories.interact(0, product, timeMs);
    expect(take(1, 10)).toBe('added');
    expect(take(1, 10)).toBe('duplicate');
    expect(take(1, 9)).toBe('refreshed');
    expect(take(1, 9.5)).toBe('duplicate');
    expect(take(1, 12)).toBe('refreshed');
    expect(take(2, 5)).toBe('added');
    expect(take(3, 4)).toBe('late');
    expect(take(3, 6)).toBe('added');
    expect(content(histories, 0).history).toEqual([1, 3]);
    expect(histories.newest(0)).toBe(12);
    expect(histories.firstTimes[histories.start(0)]).toBe(9);
  });

  test('of two products of one time the lesser id stays', () => {
    for (const order of [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
    ]) {
      const histories = create(2);
      for (const product of order) histories.interact(0, product, 7);
      expect(content(histories, 0).history).toEqual([1, 2]);
    }
  });

  test('tell of what leaves while it is still there, and of what came when it is', () => {
    const told: string[] = [];
    const tell = (what: string) => (customer: number, product: number) =>
      void told.push(`${what} ${product} ${String(histories.has(customer, product))}`);
    const listener = { entered: tell('+'), leaving: tell('-'), gained: tell('gained'), lost: tell('lost') };
    const histories = create(1, 2, listener);
    for (const product of [1, 2, 3]) histories.interact(0, product, product);
    histories.forget(0, 3);
    expect(told).toEqual(
      ['gained 1 true', '+ 1 true', 'gained 2 false', '- 1 true', '+ 2 true'].concat(
        ['lost 1 false', 'gained 3 false', '- 2 true', '+ 3 true'],
        ['lost 2 false', '- 3 true', 'lost 3 false'],
      ),
    );
    expect([histories.customers, histories.interactions]).toEqual([0, 0]);
  });

  test('forget only what is not newer, and when that was touched first', () => {
    const histories = create(2, 3);
    for (const time of [1, 2, 3]) histories.interact(0, time, time);
    histories.interact(0, 3, 5);
    histories.forget(0, 4);
    expect(content(histories, 0)).toEqual({ history: [3], faded: [] });
    expect(histories.firstTimes[histories.start(0)]).toBe(5);
  });

  const interaction = fc.record({ product: fc.nat({ max: 9 }), timeMs: fc.nat({ max: 12 }) });
  const limits = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 4 }));
  const asLimits = ([history, more]: readonly [number, number]): HistoryLimits => ({
    history,
    demand: history + more,
  });

  test('hold the newest products, and the listener knows them, in any order of events and under other limits', () => {
    fc.assert(
      fc.property(fc.array(interaction, { maxLength: 40 }), limits, limits, (events, before, after) => {
        const known = { history: new Set<number>(), all: new Set<number>() };
        const histories = create(before[0], before[0] + before[1], {
          entered: (_, product) => void known.history.add(product),
          leaving: (_, product) => void known.history.delete(product),
          gained: (_, product) => void known.all.add(product),
          lost: (_, product) => void known.all.delete(product),
        });
        const last = new Map<number, number>();
        for (const { product, timeMs } of events) {
          histories.interact(0, product, timeMs);
          last.set(product, Math.max(timeMs, last.get(product) ?? 0));
        }
        const newest = [...last].sort(([p, a], [q, b]) => b - a || p - q).map(([product]) => product);
        const expected = ({ history, demand }: HistoryLimits) => ({
          history: ascending(newest.slice(0, history)),
          faded: ascending(newest.slice(history, demand)),
        });
        const [old, changed] = [asLimits(before), asLimits(after)];
        expect(content(histories, 0)).toEqual(expected(old));
        expect(ascending(known.history)).toEqual(expected(old).history);
        expect(ascending(known.all)).toEqual(ascending(newest.slice(0, old.demand)));
        if (changed.demand > old.demand && histories.anyFull()) return;
        histories.relimit(changed);
        expect(content(histories, 0)).toEqual(expected(changed));
        expect(histories.interactions).toBe(expected(changed).history.length);
      }),
    );
  });
});
