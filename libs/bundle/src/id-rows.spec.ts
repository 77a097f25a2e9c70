import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IdRows } from './id-rows.js';

test('each id has the row at which it came first, and no other has one', () => {
  const someIds = fc.array(fc.string({ maxLength: 3, unit: 'binary' }), { maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(someIds, someIds, fc.nat(500), (ids, others, expected) => {
      const table = new IdRows(expected);
      const reference = new Map<string, number>();
      for (const id of ids) {
        expect(table.add(id)).toBe(!reference.has(id));
        if (!reference.has(id)) reference.set(id, reference.size);
      }
      expect(table.ids).toEqual([...reference.keys()]);
      expect(table.size).toBe(reference.size);
      for (const id of [...ids, ...others]) {
        expect(table.get(id)).toBe(reference.get(id));
        expect(table.has(id)).toBe(reference.has(id));
      }
    }),
  );
});

test('ids that differ in little are spread out', () => {
  const table = new IdRows();
  const count = 100_000;
  for (let row = 0; row < count; row++) table.add(`product-${row}`);
  // With long runs of taken slots this would take minutes.
  for (let row = 0; row < count; row++) expect(table.get(`product-${row}`) === row).toBe(true);
  expect(table.has(`product-${count}`)).toBe(false);
});
