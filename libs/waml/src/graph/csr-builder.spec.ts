import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildCsr } from './csr-builder.js';

const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(50)), { maxLength: 60 });

describe('buildCsr', () => {
  test('equals the obvious maps of maps, loops and repetitions included', () => {
    fc.assert(
      fc.property(edges, fc.boolean(), (list, counted) => {
        const expected = Array.from({ length: 10 }, () => new Map<number, number>());
        for (const [a, b, count] of list) {
          if (a === b) continue;
          const highest = Math.max(expected[a]!.get(b) ?? 0, count);
          expected[a]!.set(b, highest);
          expected[b]!.set(a, highest);
        }
        const csr = buildCsr(10, {
          first: list.map((edge) => edge[0]),
          second: list.map((edge) => edge[1]),
          ...(counted && { count: list.map((edge) => edge[2]) }),
        });
        expected.forEach((row, v) => {
          const sorted = [...row].sort(([a], [b]) => a - b);
          const [from, to] = [csr.offsets[v]!, csr.offsets[v + 1]!];
          expect([...csr.neighbours.subarray(from, to)]).toEqual(sorted.map(([neighbour]) => neighbour));
          if (counted) expect([...csr.counts!.subarray(from, to)]).toEqual(sorted.map(([, count]) => count));
        });
        expect(csr.neighbours).toHaveLength(csr.offsets[10]!);
        expect(csr.counts?.length).toBe(counted ? csr.neighbours.length : undefined);
      }),
    );
  });

  test('no rows', () => {
    expect([...buildCsr(0, { first: [], second: [] }).offsets]).toEqual([0]);
  });
});
