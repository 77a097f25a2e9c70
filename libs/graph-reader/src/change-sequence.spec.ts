import { describe, expect, test } from '@jest/globals';
import { graph } from '@thaw/contracts';
import fc from 'fast-check';
import { ChangeSequence } from './change-sequence.js';

const change = (sequence: number): graph.GraphChange => graph.GraphChange.fromPartial({ sequence });
const sequences = (slices: Iterable<readonly graph.GraphChange[]>): number[] =>
  [...slices].flat().map(({ sequence }) => sequence);

describe('the order of the changes', () => {
  test('each is handed over once, in order, however often a writer repeats itself', () => {
    const records = fc.array(fc.record({ back: fc.nat(1500), length: fc.nat(1200) }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(50), records, (start, shapes) => {
        const order = new ChangeSequence(start);
        const taken: number[] = [];
        let next = start + 1;
        for (const { back, length } of shapes) {
          const from = Math.max(1, next - back);
          const record = Array.from({ length: Math.max(length, next - from) }, (_, i) => change(from + i));
          taken.push(...sequences(order.take(record)));
          next = from + record.length;
        }
        expect(taken).toEqual(Array.from({ length: next - 1 - start }, (_, i) => start + 1 + i));
        expect(order.sequence).toBe(next - 1);
      }),
    );
  });

  test('a gap is refused, before a record and within one', () => {
    const take = (...numbers: number[]) => sequences(new ChangeSequence(5).take(numbers.map(change)));
    expect(() => take(7, 8)).toThrow('7 follows 5');
    expect(() => take(6, 8)).toThrow('8 follows 6');
    expect(take(4, 5)).toEqual([]);
  });

  test('long records come in slices, and the sequence moves on with those that were taken', () => {
    const order = new ChangeSequence(0);
    const slices = order.take(Array.from({ length: 1201 }, (_, i) => change(i + 1)));
    expect(slices.next().value).toHaveLength(500);
    expect(order.sequence).toBe(0);
    expect(slices.next().value).toHaveLength(500);
    expect(order.sequence).toBe(500);
    expect(slices.next().value).toHaveLength(201);
    expect(slices.next().done).toBe(true);
    expect(order.sequence).toBe(1201);
  });
});
