import { LIMITS } from './limits.js';
import { parseRfc3339 } from './rfc3339.js';
import type { RecordSource } from './source.js';

const CONTROL_OR_LONE_SURROGATE = /[\p{Cc}\p{Cs}]/u;
const LONE_SURROGATE = /\p{Cs}/u;

/** `null` is how JSON spells an absent field (protobuf's JSON mapping). */
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'an array' : `a ${typeof value}`);

/** Most ids are short and ASCII: their length in bytes is their length, and a loop is all it takes to know. */
function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** An id: a string of 1 to 256 bytes of UTF-8 without control characters. */
export function requiredId(source: RecordSource, field: string, value: unknown): string {
  if (isAbsent(value) || value === '') {
    throw source.error(field, 'is missing or empty', `give an id of 1 to ${LIMITS.idBytes} bytes`);
  }
  return optionalId(source, field, value);
}

/** An id as above, or '' where it is absent or empty. */
export function optionalId(source: RecordSource, field: string, value: unknown): string {
  if (isAbsent(value)) return '';
  if (typeof value !== 'string') {
    throw source.error(field, `must be a string, not ${typeOf(value)}`, 'write the id in quotes');
  }
  const plain = isPrintableAscii(value);
  const bytes = plain ? value.length : Buffer.byteLength(value);
  if (bytes > LIMITS.idBytes) {
    throw source.error(field, `is ${bytes} bytes long`, `shorten the id to at most ${LIMITS.idBytes} bytes`);
  }
  if (!plain && CONTROL_OR_LONE_SURROGATE.test(value)) {
    throw source.error(field, 'holds a control character or half a surrogate pair', 'take it out of the id');
  }
  return value;
}

/** Free text of at most `maxBytes` bytes of UTF-8; '' where it is absent. */
export function text(source: RecordSource, field: string, value: unknown, maxBytes: number): string {
  if (isAbsent(value)) return '';
  if (typeof value !== 'string') {
    throw source.error(field, `must be a string, not ${typeOf(value)}`, 'write the text in quotes');
  }
  const bytes = Buffer.byteLength(value);
  if (bytes > maxBytes) {
    throw source.error(field, `is ${bytes} bytes long`, `shorten the text to at most ${maxBytes} bytes`);
  }
  if (LONE_SURROGATE.test(value)) {
    throw source.error(field, 'holds half a surrogate pair', 'write the text in valid Unicode');
  }
  return value;
}

/** A count of 0 to 2^32 - 1. */
export function uint32(source: RecordSource, field: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value >>> 0 === value) return value;
  throw source.error(field, 'must be a whole number from 0 to 4,294,967,295', 'give the count as a number');
}

/**
 * The time of the event in Unix epoch milliseconds: `ms`, else the RFC 3339 time `rfc3339`, else the time that the
 * record carries as a CloudEvent.
 */
export function eventTime(source: RecordSource, ms: unknown, rfc3339?: unknown): number {
  if (!isAbsent(ms)) return timeInRange(source, 'event_time_ms', ms);
  if (!isAbsent(rfc3339)) return timeOfText(source, 'event_time', rfc3339);
  const { time } = source;
  if (time !== undefined) return timeOfText(source, 'ce_time', time);
  const wayOut = 'give event_time_ms (Unix epoch milliseconds), event_time (RFC 3339, JSON only) or the header ce_time';
  throw source.error('event_time_ms', 'is missing', wayOut);
}

function timeInRange(source: RecordSource, field: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < LIMITS.eventTimeMs) return value + 0; // -0 becomes 0
  const problem = typeof value === 'number' ? `is ${value}, out of range` : `must be a number, not ${typeOf(value)}`;
  throw source.error(field, problem, 'give Unix epoch milliseconds from 0 up to 8.64e15');
}

function timeOfText(source: RecordSource, field: string, value: unknown): number {
  const time = typeof value === 'string' ? parseRfc3339(value) : undefined;
  if (time !== undefined) return timeInRange(source, field, time);
  throw source.error(field, 'is not an RFC 3339 time', 'write it like 2026-03-01T12:00:00.000Z');
}
