import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Buckets, NONE } from './buckets.js';
import { Random } from './random.js';

describe('buckets', () => {
  test('agree with sets under any moves', () => {
    const move = fc.record({ item: fc.nat(11), bucket: fc.integer({ min: NONE, max: 3 }) });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
        const buckets = new Buckets(4, 12);
        const sets = Array.from({ length: 4 }, () => new Set<number>());
        for (const { item, bucket } of moves) {
          buckets.move(item, bucket);
          for (const set of sets) set.delete(item);
          sets[bucket]?.add(item);
        }
        sets.forEach((set, bucket) => {
          const members = Array.from({ length: buckets.size(bucket) }, (_, place) => buckets.at(bucket, place));
          expect(members.sort((a, b) => a - b)).toEqual([...set].sort((a, b) => a - b));
        });
      }),
    );
  });

  test('draw only members, and nothing from an empty bucket', () => {
    const buckets = new Buckets(2, 5);
    buckets.move(3, 1);
    buckets.move(4, 1);
    const random = new Random(1);
    const drawn = new Set(Array.from({ length: 50 }, () => buckets.draw(1, random)));
    expect([...drawn].sort()).toEqual([3, 4]);
    expect(buckets.draw(0, random)).toBe(NONE);
  });
});
