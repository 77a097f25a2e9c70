import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { type FetchedBatch, Positions } from './positions.js';

const message = (offset: number): KafkaMessage => ({
  key: null,
  value: null,
  timestamp: '0',
  attributes: 0,
  offset: String(offset),
  headers: {},
});

/** A fetch of the given offsets; `last` is where a marker after them stands. */
const fetched = (offsets: readonly number[], last = offsets.at(-1)!): FetchedBatch => ({
  topic: 't',
  partition: 0,
  highWatermark: String(last + 1),
  messages: offsets.map(message),
  lastOffset: () => String(last),
});

describe('positions', () => {
  test('hands over a fetch as one new batch, and goes on after the marker that follows it', () => {
    const positions = new Positions();
    positions.seek('t', 0, 5);
    const [batch, ...rest] = positions.split(fetched([5, 6, 7], 8));
    expect(rest).toEqual([]);
    expect(batch).toMatchObject({ firstOffset: 5, nextOffset: 9, highWatermark: 9, redelivered: false });
  });

  test('flags what was handed over before, after going back', () => {
    const positions = new Positions();
    positions.seek('t', 0, 0);
    for (const batch of positions.split(fetched([0, 1, 2]))) positions.advance(batch);
    positions.seek('t', 0, 1);
    const batches = positions.split(fetched([0, 1, 2, 3, 4]));
    expect(
      batches.map(({ firstOffset, nextOffset, redelivered }) => ({ firstOffset, nextOffset, redelivered })),
    ).toEqual([
      { firstOffset: 1, nextOffset: 3, redelivered: true },
      { firstOffset: 3, nextOffset: 5, redelivered: false },
    ]);
  });

  test('leaves out what the client fetches again without having been told to go back', () => {
    const positions = new Positions();
    positions.seek('t', 0, 0);
    for (const batch of positions.split(fetched([0, 1, 2]))) positions.advance(batch);
    expect(positions.split(fetched([1, 2]))).toEqual([]);
  });

  test('whatever is sought and fetched, a new record is new once and in order', () => {
    const step = fc.oneof(
      fc.record({ seek: fc.nat(40) }),
      fc.record({ fetch: fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 12 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const positions = new Positions();
        positions.seek('t', 0, 0);
        const fresh: number[] = [];
        const old: number[] = [];
        for (const one of steps) {
          if ('seek' in one) positions.seek('t', 0, one.seek);
          else {
            const offsets = one.fetch.toSorted((a, b) => a - b);
            for (const batch of positions.split(fetched(offsets))) {
              positions.advance(batch);
              (batch.redelivered ? old : fresh).push(...batch.records.map(({ offset }) => offset));
            }
          }
        }
        expect(fresh).toEqual([...new Set(fresh)].sort((a, b) => a - b));
        expect(old.every((offset) => offset <= fresh.at(-1)!)).toBe(true);
      }),
    );
  });
});
