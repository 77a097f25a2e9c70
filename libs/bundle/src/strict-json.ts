import { invalid } from './invalid.js';

const MAX_DEPTH = 32;

/**
 * Parses JSON of others: what `JSON.parse` would take without a word is refused, namely a key that an object has twice,
 * the key `__proto__`, nesting deeper than 32, and bytes that are not UTF-8.
 *
 * @param what for messages: which file of which bundle
 * @throws ThawError BUNDLE_INVALID
 */
export function parseStrictJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalid(what, 'it is not UTF-8', cause);
  }
  checkKeys(text, what);
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(what, `it is not JSON (${(cause as Error).message})`, cause);
  }
  return value;
}

/** Walks through the text without recursion. What is no JSON may pass: the parser finds it. */
function checkKeys(text: string, what: string): void {
  /** Of each open object its keys so far; of each open array undefined. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') {
      if (open.push(char === '{' ? new Set() : undefined) > MAX_DEPTH) {
        throw invalid(what, `it is nested deeper than ${MAX_DEPTH}`);
      }
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) addKey(keys, text.slice(at, end), what);
      at = end - 1;
    }
  }
}

/** The index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  return text[at] === ':';
}

function addKey(keys: Set<string>, literal: string, what: string): void {
  let key: string;
  try {
    key = JSON.parse(literal) as string;
  } catch (cause) {
    throw invalid(what, 'it is not JSON (a broken string)', cause);
  }
  if (key === '__proto__' || keys.has(key)) {
    throw invalid(what, `it has the key ${literal.slice(0, 100)} ${keys.has(key) ? 'twice' : 'which none may have'}`);
  }
  keys.add(key);
}
