import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTimestamp } from './timestamp.js';

describe('parseTimestamp', () => {
  test.each([
    ['2011-10-20T00:00:00', Date.UTC(2011, 9, 20)],
    ['2011-10-20', Date.UTC(2011, 9, 20)],
    ['2011-10-20 08:26', Date.UTC(2011, 9, 20, 8, 26)],
    ['2011-10-20T08:26:01.250Z', Date.UTC(2011, 9, 20, 8, 26, 1, 250)],
    ['2011-10-20T08:26:00+02:00', Date.UTC(2011, 9, 20, 6, 26)],
    ['0006532', 6_532_000],
    ['0', 0],
  ])('reads %s', (text, ms) => {
    expect(parseTimestamp(text)).toBe(ms);
  });

  test.each(['', 'yesterday', '2011-13-40', '20.10.2011', '-5', '1e3', '9'.repeat(30)])('refuses "%s"', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test('reads back every date that is written as ISO, with its zone or without', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }), (date) => {
        const iso = date.toISOString();
        expect(parseTimestamp(iso)).toBe(date.getTime());
        expect(parseTimestamp(iso.slice(0, -1))).toBe(date.getTime());
      }),
    );
  });
});
