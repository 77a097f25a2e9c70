const POLYNOMIAL = 0x82f63b78; // Castagnoli, bits reversed (RFC 3720, appendix B.4)
const MASK_DELTA = 0xa282ead8;

/** Eight tables: the checksum of a byte that is followed by 0 to 7 zero bytes ("slicing by 8"). */
const TABLES = makeTables();

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

function makeTables(): Eight<Int32Array> {
  const table = (): Int32Array => new Int32Array(256);
  const tables: Eight<Int32Array> = [table(), table(), table(), table(), table(), table(), table(), table()];
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    tables[0][byte] = crc;
  }
  for (let i = 1; i < 8; i += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const crc = tables[i - 1]![byte]!;
      tables[i]![byte] = (crc >>> 8) ^ tables[0][crc & 0xff]!;
    }
  }
  return tables;
}

/** CRC-32C of `bytes[start, end)`, unsigned. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < end; i += 1) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** The form in which RocksDB stores a checksum, so that one over data with checksums in it stays a good one. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
