import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Adjacency } from './adjacency.js';
import { buildCsr } from './csr-builder.js';

const build = (rows: number, list: readonly (readonly [number, number, number])[], counted = true): Adjacency =>
  new Adjacency(
    buildCsr(rows, {
      first: list.map((edge) => edge[0]),
      second: list.map((edge) => edge[1]),
      ...(counted && { count: list.map((edge) => edge[2]) }),
    }),
  );

/** Everything that can be read of nodes 0 to 14. */
const rowsOf = (adjacency: Adjacency): unknown =>
  Array.from({ length: 15 }, (_, v) => [
    [...adjacency.neighbours(v)],
    [...adjacency.counts(v)!],
    Array.from({ length: 15 }, (__, u) => adjacency.count(v, u)),
  ]);

const node = fc.nat(14);
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      a: node,
      b: node,
      count: fc.integer({ min: 1, max: 99 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), a: node, b: node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), a: node }) },
);

const key = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;

describe('Adjacency', () => {
  test('after any changes it equals a rebuild from the edges that are left', () => {
    const initial = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 99 })), { maxLength: 30 });
    fc.assert(
      fc.property(initial, fc.array(operation, { maxLength: 80 }), (list, operations) => {
        const patched = build(10, list);
        const edges = new Map<string, number>();
        for (const [a, b, count] of list) if (a !== b) edges.set(key(a, b), Math.max(edges.get(key(a, b)) ?? 0, count));
        for (const op of operations) {
          if (op.kind === 'set') {
            expect(patched.set(op.a, op.b, op.count)).toBe(op.a !== op.b && !edges.has(key(op.a, op.b)));
            if (op.a !== op.b) edges.set(key(op.a, op.b), op.count);
          } else if (op.kind === 'delete') expect(patched.delete(op.a, op.b)).toBe(edges.delete(key(op.a, op.b)));
          else {
            patched.clear(op.a);
            for (const name of [...edges.keys()]) if (name.split(' ').includes(String(op.a))) edges.delete(name);
          }
        }
        const rebuilt = build(
          15,
          [...edges].map(([name, count]) => [...name.split(' ').map(Number), count] as [number, number, number]),
        );
        expect(patched.edges).toBe(edges.size);
        expect(rowsOf(patched)).toEqual(rowsOf(rebuilt));
      }),
    );
  });

  test('without counts an edge counts one', () => {
    const adjacency = build(3, [[0, 1, 5]], false);
    adjacency.set(1, 2, 7);
    expect([adjacency.count(0, 1), adjacency.count(2, 1), adjacency.count(0, 2)]).toEqual([1, 1, 0]);
    expect(adjacency.counts(0)).toBeUndefined();
  });

  test('memory stays in proportion to the edges however long it is changed', () => {
    const adjacency = build(2000, []);
    for (let round = 0; round < 20; round++) {
      for (let v = 0; v < 2000; v++) for (let hop = 1; hop <= 5; hop++) adjacency.set(v, (v * hop + round) % 2000, 1);
      expect(adjacency.pooled).toBeLessThan(3 * 2 * adjacency.edges + 4096 + 20_000);
      for (let v = 0; v < 2000; v++) if (v % 7 !== round % 7) adjacency.clear(v);
    }
    expect(adjacency.pooled).toBeLessThanOrEqual(3 * 2 * adjacency.edges + 4096);
  });

  test('a node that never had an edge has no neighbours', () => {
    const adjacency = build(1, []);
    expect(adjacency.neighbours(77)).toHaveLength(0);
    expect(adjacency.degree(77)).toBe(0);
    adjacency.clear(77);
    expect(adjacency.delete(0, 77)).toBe(false);
  });
});
