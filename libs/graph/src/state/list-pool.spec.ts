import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ListPool } from './list-pool.js';

const step = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'push', 'remove', 'swapRemove', 'swap', 'clear'),
  list: fc.integer({ min: 0, max: 4 }),
  at: fc.integer({ min: 0, max: 0xffff }),
  value: fc.integer({ min: 0, max: 1000 }),
});

describe('ListPool', () => {
  test('holds lists as arrays do, with a number of each column beside each element', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const pool = new ListPool(2);
        const reference = Array.from({ length: 5 }, () => [] as number[]);
        for (const { kind, list, at, value } of steps) {
          const expected = reference[list]!;
          const position = at % (expected.length + 1);
          if (kind === 'insert' || kind === 'push') {
            const place = kind === 'push' ? expected.length : position;
            const index = pool.insert(list, place, value);
            pool.columns.forEach((column, i) => (column[index] = value / (i + 2)));
            expected.splice(place, 0, value);
          } else if (kind === 'clear') {
            pool.clear(list);
            expected.length = 0;
          } else if (position < expected.length) {
            const last = expected.length - 1;
            if (kind === 'swap') {
              pool.swap(list, position, last);
              [expected[position], expected[last]] = [expected[last]!, expected[position]!];
            } else if (kind === 'swapRemove') {
              pool.swapRemove(list, position);
              expected[position] = expected[last]!;
              expected.pop();
            } else {
              pool.remove(list, position);
              expected.splice(position, 1);
            }
          }
        }
        reference.forEach((expected, list) => {
          expect([...pool.slice(list)]).toEqual(expected);
          const start = pool.start(list);
          pool.columns.forEach((column, i) => {
            const beside = column.subarray(start, start + expected.length);
            expect([...beside]).toEqual(expected.map((each) => each / (i + 2)));
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  test('finds elements, and places in a sorted list', () => {
    const pool = new ListPool();
    for (const value of [2, 4, 4, 8]) pool.push(0, value);
    expect([pool.indexOf(0, 4), pool.indexOf(0, 5), pool.indexOf(7, 4)]).toEqual([1, -1, -1]);
    expect([0, 2, 3, 4, 8, 9].map((value) => pool.lowerBound(0, value))).toEqual([0, 0, 1, 1, 3, 4]);
    pool.swapRemove(0, 0);
    expect([...pool.slice(0)]).toEqual([8, 4, 4]);
  });

  test('uses the room of cleared and outgrown lists again', () => {
    const pool = new ListPool();
    for (let round = 0; round < 1000; round++) {
      for (let value = 0; value < 40; value++) pool.push(round % 3, value);
      pool.clear(round % 3);
    }
    expect(pool.sizeBytes).toBeLessThan(20_000);
  });
});
