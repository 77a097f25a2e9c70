import { expect, test } from '@jest/globals';
import { Interner } from '@thaw/graph';
import fc from 'fast-check';
import { ProductNumbers } from './product-numbers.js';

const ROWS = 6;
const idOf = (row: number): string => `p${row}`;

test('a product is found by the number that it has now, whatever it had and whichever graph is asked', () => {
  const row = fc.integer({ min: 0, max: ROWS - 1 });
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('intern', 'release', 'find'), row }),
    fc.record({ kind: fc.constant('replace'), row }),
  );
  fc.assert(
    fc.property(fc.array(step, { size: 'max', maxLength: 60 }), (steps) => {
      const numbers = new ProductNumbers(ROWS);
      let ids = new Interner();
      for (const { kind, row } of steps) {
        if (kind === 'intern') ids.intern(idOf(row));
        if (kind === 'release' && ids.find(idOf(row)) !== undefined) ids.release(ids.find(idOf(row))!);
        if (kind === 'replace') ids = new Interner(); // another copy of the graph
        for (let each = -1; each <= ROWS; each++) {
          expect(numbers.find(ids, idOf(each), each)).toBe(ids.find(idOf(each)));
        }
      }
    }),
  );
});
