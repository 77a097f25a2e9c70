import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRfc3339 } from './rfc3339.js';

describe('parseRfc3339', () => {
  test('agrees with Date on every time that Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseRfc3339(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  test.each([
    ['2026-03-01T12:00:00+02:30', '2026-03-01T09:30:00Z'],
    ['2026-03-01t12:00:00.0019z', '2026-03-01T12:00:00.001Z'],
    ['2026-03-01 12:00:00.2890-00:30', '2026-03-01T12:30:00.289Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['0070-01-01T00:00:00Z', '0070-01-01T00:00:00Z'],
  ])('%s', (text, same) => expect(parseRfc3339(text)).toBe(new Date(same).getTime()));

  test.each([
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00',
    '2026-01-01',
    '2026-01-01T00:00:00.Z',
    ' 2026-01-01T00:00:00Z',
  ])('%s is none', (text) => expect(parseRfc3339(text)).toBeUndefined());
});
