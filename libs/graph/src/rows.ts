import type { CatalogueEntry } from './state/catalogue.js';

/**
 * How the state is written: keys hold big-endian u32 numbers of the interners, so that rows order by number; values are
 * little-endian, since typed arrays are on every machine that we run on.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** One or two numbers as a key. */
export function numberKey(...numbers: readonly number[]): Uint8Array {
  const key = new Uint8Array(numbers.length * 4);
  const view = new DataView(key.buffer);
  numbers.forEach((number, index) => view.setUint32(index * 4, number));
  return key;
}

/** The number at `index` of a key. */
export function keyNumber(key: Uint8Array, index = 0): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(index * 4);
}

/** A sequence number as a key: big-endian u64. */
export function sequenceKey(sequence: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(sequence));
  return key;
}

export function textKey(text: string): Uint8Array {
  return encoder.encode(text);
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function encodeNumber(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}

export function decodeNumber(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
}

interface CustomerEntries {
  /** The history first, then the faded ones. */
  readonly products: Uint32Array;
  /** Last interaction with each product, epoch milliseconds. */
  readonly times: Float64Array;
  /** First interaction with each that is known, epoch milliseconds. */
  readonly firstTimes: Float64Array;
}

export interface CustomerRow extends CustomerEntries {
  readonly id: string;
}

const ENTRY_BYTES = 20;

/** Layout: last times (8 bytes each), first times (8), products (4), id, and the number of products in the last 4 bytes. */
export function encodeCustomer(id: string, { products, times, firstTimes }: CustomerEntries): Uint8Array {
  const count = products.length;
  const row = new Uint8Array(count * ENTRY_BYTES + id.length * 3 + 4);
  row.set(bytesOf(times), 0);
  row.set(bytesOf(firstTimes), count * 8);
  row.set(bytesOf(products), count * 16);
  const { written } = encoder.encodeInto(id, row.subarray(count * ENTRY_BYTES));
  const end = count * ENTRY_BYTES + written;
  new DataView(row.buffer).setUint32(end, count, true);
  return row.subarray(0, end + 4);
}

export function decodeCustomer(row: Uint8Array): CustomerRow {
  const end = row.byteLength - 4;
  const count = new DataView(row.buffer, row.byteOffset + end).getUint32(0, true);
  // Copies, since the bytes of a row need not be aligned for typed arrays.
  const numbers = row.slice(0, count * ENTRY_BYTES).buffer;
  return {
    id: decoder.decode(row.subarray(count * ENTRY_BYTES, end)),
    times: new Float64Array(numbers, 0, count),
    firstTimes: new Float64Array(numbers, count * 8, count),
    products: new Uint32Array(numbers, count * 16, count),
  };
}

/** A customer's row of format 1, which had no first times, as one of format 2: the first is taken to be the last. */
export function withFirstTimes(row: Uint8Array): Uint8Array {
  const count = new DataView(row.buffer, row.byteOffset + row.byteLength - 4).getUint32(0, true);
  const bytes = count * 8;
  const longer = new Uint8Array(row.length + bytes);
  longer.set(row.subarray(0, bytes));
  longer.set(row, bytes);
  return longer;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export interface ProductRow {
  readonly id: string;
  /** Absent for a product that was interacted with or listed, and is not in the catalogue. */
  readonly entry?: CatalogueEntry;
}

export function encodeProduct(row: ProductRow): Uint8Array {
  const { id, entry } = row;
  return encoder.encode(
    JSON.stringify(
      entry === undefined ? [id] : [id, entry.active, entry.timeMs, entry.categoryId, entry.title, entry.description],
    ),
  );
}

export function decodeProduct(bytes: Uint8Array): ProductRow {
  const fields = JSON.parse(decoder.decode(bytes)) as [string, boolean, number, string, string, string] | [string];
  if (fields.length === 1) return { id: fields[0] };
  const [id, active, timeMs, categoryId, title, description] = fields;
  return { id, entry: { active, timeMs, categoryId, title, description } };
}

/** A listing: event time, and 1 while it is in force. */
export function encodeListing(listed: boolean, timeMs: number): Uint8Array {
  const row = new Uint8Array(9);
  new DataView(row.buffer).setFloat64(0, timeMs, true);
  row[8] = listed ? 1 : 0;
  return row;
}

export function decodeListing(row: Uint8Array): { readonly listed: boolean; readonly timeMs: number } {
  return { timeMs: decodeNumber(row), listed: row[8] === 1 };
}
