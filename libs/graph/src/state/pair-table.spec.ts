import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PairTable } from './pair-table.js';

const step = fc.record({
  kind: fc.constantFrom('set' as const, 'set' as const, 'delete' as const),
  a: fc.integer({ min: 0, max: 9 }),
  b: fc.integer({ min: 0, max: 9 }),
  value: fc.integer({ min: 0, max: 0xffff_ffff }),
});

describe('PairTable', () => {
  test('is a map of pairs, through growth and deletion', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const table = new PairTable();
        const reference = new Map<string, number>();
        for (const { kind, a, b, value } of steps) {
          if (kind === 'set') {
            table.set(a, b, value);
            reference.set(`${a} ${b}`, value);
          } else expect(table.delete(a, b)).toBe(reference.delete(`${a} ${b}`));
        }
        const content = new Map<string, number>();
        table.forEach((a, b, value) => content.set(`${a} ${b}`, value));
        expect(content).toEqual(reference);
        expect(table.size).toBe(reference.size);
        for (let a = 0; a < 10; a++) {
          for (let b = 0; b < 10; b++) expect(table.get(a, b)).toBe(reference.get(`${a} ${b}`) ?? -1);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('takes the largest numbers', () => {
    const table = new PairTable();
    table.set(0xffff_fffe, 0xffff_ffff, 0xffff_ffff);
    expect(table.get(0xffff_fffe, 0xffff_ffff)).toBe(0xffff_ffff);
    expect(table.get(0xffff_ffff, 0xffff_fffe)).toBe(-1);
  });
});
