import { ThawError } from '@thaw/contracts';
import { parse } from 'csv-parse';
import { createReadStream, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { reportBadRow, type ReadOptions } from './bad-row.js';

/** One row: its fields in the order of the columns asked for, and the line it ends on. */
export interface CsvRow {
  readonly fields: readonly string[];
  readonly line: number;
}

/** The path of `name`.csv.gz or `name`.csv in `folder`; undefined when there is neither. */
export function findCsv(folder: string, name: string): string | undefined {
  return [`${name}.csv.gz`, `${name}.csv`].map((file) => join(folder, file)).find((path) => existsSync(path));
}

const fileError = (path: string, cause: unknown): ThawError =>
  new ThawError('DATASET_INVALID', `${path} cannot be read: ${ThawError.from(cause).message}. Is it whole?`, { cause });

function columnIndices(path: string, header: readonly string[], columns: readonly string[]): number[] {
  return columns.map((column) => {
    const index = header.indexOf(column);
    if (index >= 0) return index;
    throw new ThawError(
      'DATASET_INVALID',
      `${path}, line 1: the column ${column} is missing; the header has ${header.join(', ')}.`,
      { details: { file: path, line: 1, column } },
    );
  });
}

/**
 * Streams a CSV file with a header row (RFC 4180), unpacking it when its name ends in .gz. Memory is bounded by the
 * stream buffers. Columns that are not asked for are ignored.
 *
 * @throws ThawError DATASET_INVALID when the file is broken, a column is missing, or (without `onBadRow`) a row has
 *   another number of fields than the header.
 */
export async function* readCsv(
  path: string,
  columns: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<CsvRow> {
  const parser = parse({ bom: true, relax_column_count: true });
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  const onEnd = (): void => undefined; // an error of any stage destroys the parser, where the loop below meets it
  if (path.endsWith('.gz')) pipeline(source, createGunzip({ chunkSize: 1 << 18 }), parser, onEnd);
  else pipeline(source, parser, onEnd);

  let indices: number[] | undefined;
  let width = 0;
  let line = 0;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      options.signal?.throwIfAborted();
      line += 1 + lineBreaks(record);
      if (record.length === 1 && record[0] === '') continue; // an empty line
      if (indices === undefined) {
        indices = columnIndices(path, record, columns);
        width = record.length;
      } else if (record.length !== width) {
        reportBadRow(
          { file: basename(path), line, reason: `${record.length} fields where the header has ${width}` },
          options,
        );
      } else {
        yield { fields: indices.map((index) => record[index]!), line };
      }
    }
  } catch (error) {
    if (isStreamError(error)) throw fileError(path, error);
    throw error;
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (indices === undefined) throw fileError(path, new Error('it is empty, not even a header'));
}

/** Line breaks inside quoted fields. Counted here because csv-parse's own `info` makes parsing 2.6 times as slow. */
function lineBreaks(record: readonly string[]): number {
  let breaks = 0;
  for (const field of record) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) breaks++;
  }
  return breaks;
}

/** Whether the file is at fault: csv-parse, zlib and the file system give their errors a code. */
function isStreamError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || error instanceof ThawError) return false;
  return 'code' in error && !('name' in error && error.name === 'AbortError');
}
