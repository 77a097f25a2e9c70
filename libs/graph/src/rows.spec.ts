import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeCustomer,
  decodeListing,
  decodeProduct,
  encodeCustomer,
  encodeListing,
  encodeProduct,
  keyNumber,
  numberKey,
  sequenceKey,
} from './rows.js';

const timeMs = fc.integer({ min: 0, max: 8.64e15 });

describe('rows of the store', () => {
  test('give back what was written, wherever their bytes lie', () => {
    const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), timeMs, timeMs));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), history, fc.integer({ min: 0, max: 7 }), (id, entries, shift) => {
        const products = Uint32Array.from(entries, ([product]) => product);
        const times = Float64Array.from(entries, ([, time]) => time);
        const firstTimes = Float64Array.from(entries, ([, , time]) => time);
        const row = encodeCustomer(id, { products, times, firstTimes });
        const shifted = new Uint8Array(row.length + shift).subarray(shift);
        shifted.set(row);
        expect(decodeCustomer(shifted)).toEqual({ id, products, times, firstTimes });
      }),
    );
    const entry = { active: true, timeMs: 5, categoryId: 'a', title: 'Täpp "x"', description: '\u2028' };
    expect(decodeProduct(encodeProduct({ id: 'p', entry }))).toEqual({ id: 'p', entry });
    expect(decodeProduct(encodeProduct({ id: 'p' }))).toEqual({ id: 'p' });
    expect(decodeListing(encodeListing(false, 1.5))).toEqual({ listed: false, timeMs: 1.5 });
  });

  test('order their keys by number', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), fc.nat({ max: 0xffff_ffff }), (a, b) => {
        expect(Math.sign(Buffer.compare(numberKey(a), numberKey(b)))).toBe(Math.sign(a - b));
        expect(Math.sign(Buffer.compare(sequenceKey(a), sequenceKey(b)))).toBe(Math.sign(a - b));
        expect([keyNumber(numberKey(a, b), 0), keyNumber(numberKey(a, b), 1)]).toEqual([a, b]);
      }),
    );
  });
});
