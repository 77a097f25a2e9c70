import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { RecordHeaders, SinkRecord, SourceRecord } from '../port.js';

const NO_HEADERS: RecordHeaders = Object.freeze({});
const EMPTY = Buffer.alloc(0);

type HeaderValue = IHeaders[string] | null;

const asBuffer = (value: Buffer | string | null | undefined): Buffer =>
  value === null || value === undefined ? EMPTY : Buffer.isBuffer(value) ? value : Buffer.from(value);

function readHeaders(headers: IHeaders | undefined): RecordHeaders {
  if (headers === undefined) return NO_HEADERS;
  const names = Object.keys(headers);
  if (names.length === 0) return NO_HEADERS;
  return Object.fromEntries(
    names.map((name) => {
      const value: HeaderValue = headers[name];
      return [name, Array.isArray(value) ? value.map(asBuffer) : asBuffer(value)];
    }),
  );
}

export const toSourceRecord = (message: KafkaMessage): SourceRecord => ({
  offset: Number(message.offset),
  timestampMs: Number(message.timestamp),
  key: message.key,
  value: message.value,
  headers: readHeaders(message.headers),
});

/** Upper bound of the bytes that the framing of one record takes besides key, value and headers. */
const RECORD_OVERHEAD_BYTES = 32;
const HEADER_OVERHEAD_BYTES = 10;

/** Bytes that a record takes in a request, slightly over. */
export function sizeOfRecord({ key, value, headers }: Pick<SinkRecord, 'key' | 'value' | 'headers'>): number {
  let size = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers === undefined) return size;
  for (const name of Object.keys(headers)) {
    const value = headers[name]!;
    for (const one of Array.isArray(value) ? (value as readonly Buffer[]) : [value as Buffer]) {
      size += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + one.length;
    }
  }
  return size;
}
