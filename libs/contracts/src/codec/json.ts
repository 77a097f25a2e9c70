import { isUtf8 } from 'node:buffer';
import { LIMITS } from './limits.js';
import type { RecordSource } from './source.js';

/** A parsed JSON object. `__proto__` in it is a key like any other: JSON.parse sets no prototype. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses a record that must be one JSON object. Of a key given twice the last one counts, as everywhere in JavaScript.
 * @throws DecodeError where it is not UTF-8, not JSON, nested too deeply, or no object
 */
export function parseJsonObject(source: RecordSource, value: Buffer): JsonObject {
  if (!isUtf8(value)) {
    const wayOut = 'write JSON in UTF-8, or for protobuf set the header content-type: application/x-protobuf';
    throw source.error('', 'is not valid UTF-8', wayOut);
  }
  const json = value.toString('utf8');
  if (isNestedTooDeeply(json)) {
    throw source.error('', `nests JSON deeper than ${LIMITS.jsonDepth}`, 'flatten what is inside');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    const wayOut = 'write one JSON object, or for protobuf set the header content-type: application/x-protobuf';
    throw source.error('', `is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, wayOut, cause);
  }
  return requireObject(source, '', parsed);
}

export function requireObject(source: RecordSource, field: string, value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw source.error(field, 'is not a JSON object', 'write {"field": value, …}');
}

/** A field that may be spelled in snake_case, as in the proto, or in camelCase, as in protobuf's JSON mapping. */
export function eitherSpelling(source: RecordSource, field: string, snake: unknown, camel: unknown): unknown {
  if (snake === undefined) return camel;
  if (camel === undefined) return snake;
  throw source.error(field, 'is given twice, in snake_case and in camelCase', 'give it once');
}

/** Almost every record is flat, and two searches for a bracket say so; only the others are counted through. */
function isNestedTooDeeply(json: string): boolean {
  if (!json.includes('{', json.indexOf('{') + 1) && !json.includes('[')) return false;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (++depth > LIMITS.jsonDepth) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}
