import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from './disk-failure.js';
import type { ByteSource } from './files.js';
import { IdRows } from './id-rows.js';
import { invalid } from './invalid.js';

/** Characters of an id map that are written at once. */
const BATCH = 1 << 18;
/** Bytes per read: parsing what they hold takes a fraction of a millisecond. */
const PIECE = 1 << 14;
/** Bytes of a line: ids are a few hundred characters at most, each six bytes when escaped. */
const MAX_LINE = 1 << 16;
/** Bytes of the line of an empty id. */
const SHORTEST_LINE = 3;
const LINE_FEED = 0x0a;

/**
 * Writes an id map: line r + 1 is the id of row r, as a JSON string, so that an id may hold any character (a lone
 * surrogate too, which UTF-8 could not hold).
 *
 * @throws ThawError BUNDLE_STORE_UNAVAILABLE; BUNDLE_INVALID where an id is too long to be read again
 */
export async function writeIds(folder: string, name: string, ids: Iterable<string>): Promise<void> {
  const path = join(folder, name);
  try {
    const file = await open(path, 'wx');
    try {
      for (const text of batches(ids, name)) await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true });
    throw diskFailure(`write ${path}`, thrown);
  }
}

function* batches(ids: Iterable<string>, name: string): Generator<string> {
  let text = '';
  for (const id of ids) {
    const line = JSON.stringify(id);
    if (line.length * 3 > MAX_LINE) throw invalid(name, `an id of ${id.length} characters is too long`);
    text += `${line}\n`;
    if (text.length < BATCH) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** What is kept in the place of an id, equal to it: the string that the caller has for it already. */
export type KnownId = (id: string, row: number) => string;

export interface ReadIdsOptions {
  readonly known?: KnownId | undefined;
  /** How many ids there should be. */
  readonly count?: number;
}

/**
 * Reads an id map.
 *
 * @throws ThawError BUNDLE_INVALID (a line is no JSON string or too long, an id is there twice), BUNDLE_STORE_UNAVAILABLE
 */
export async function readIds(source: ByteSource, { known, count = 0 }: ReadIdsOptions = {}): Promise<IdRows> {
  const ids = new IdRows(Math.min(count, source.size / SHORTEST_LINE));
  for await (const lines of linesOf(source)) {
    for (const line of lines) {
      const id = idOf(line, ids.size, source.name);
      if (!ids.add(known?.(id, ids.size) ?? id))
        throw invalid(source.name, `${place(ids.size)} is an id that it has before`);
    }
  }
  return ids;
}

const place = (row: number): string => `line ${row + 1} of it`;

function idOf(line: string, row: number, name: string): string {
  let id: unknown;
  try {
    id = JSON.parse(line);
  } catch (cause) {
    throw invalid(name, `${place(row)} is no JSON string`, cause);
  }
  if (typeof id !== 'string') throw invalid(name, `${place(row)} is no JSON string`);
  return id;
}

/** Whole lines, as many as a read ended. */
async function* linesOf(source: ByteSource): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest: Uint8Array = new Uint8Array();
  for (let at = 0; at < source.size;) {
    const piece = new Uint8Array(rest.length + Math.min(PIECE, source.size - at));
    piece.set(rest);
    await source.read(piece.subarray(rest.length), at);
    at += piece.length - rest.length;
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    let text: string;
    try {
      text = decoder.decode(piece.subarray(0, end));
    } catch (cause) {
      throw invalid(source.name, 'it is not UTF-8', cause);
    }
    if (end > 0) yield text.slice(0, -1).split('\n');
    rest = piece.subarray(end);
    if (rest.length > MAX_LINE) throw invalid(source.name, `a line of it is longer than ${MAX_LINE} bytes`);
  }
  if (rest.length > 0) throw invalid(source.name, 'its last line is not whole');
}
