import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32c, masked } from './crc32c.js';

const of = (bytes: Uint8Array): number => crc32c(bytes, 0, bytes.length);

test('the examples of RFC 3720, appendix B.4', () => {
  expect(of(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(of(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(of(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(of(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('equals the bit by bit definition over any part of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), fc.nat(64), (bytes, a, b) => {
      const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
      let crc = 0xffffffff;
      for (const byte of bytes.subarray(start, end)) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
      }
      expect(crc32c(bytes, start, end)).toBe(~crc >>> 0);
    }),
  );
});

test('the mask is that of the log format', () => {
  expect(masked(0)).toBe(0xa282ead8);
  expect(masked(0x8000)).toBe(0xa282ead9);
});
