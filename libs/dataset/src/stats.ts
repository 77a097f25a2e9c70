import { ThawError } from '@thaw/contracts';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseTimestamp } from './timestamp.js';

/** What `stats.json` says of a data set. */
export interface DatasetStats {
  /** The data set's name; the folder's when the file has none. */
  readonly name: string;
  /** The start of the test period, Unix epoch milliseconds. */
  readonly splitTimeMs: number | undefined;
  /** The rule of the candidate set in words. */
  readonly candidateRule: string | undefined;
  /** All the numbers of the file, by their names in it. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Reads `stats.json`; a folder without one has no counts.
 *
 * @throws ThawError DATASET_INVALID when the file is no JSON object or its split time cannot be read.
 */
export function readStats(folder: string): DatasetStats {
  const path = join(folder, 'stats.json');
  const fields = existsSync(path) ? parseObject(path) : {};
  const { name, split_time: splitTime, candidate_rule: rule } = fields;
  return {
    name: typeof name === 'string' ? name : basename(resolve(folder)),
    splitTimeMs: splitTime === undefined ? undefined : parseSplitTime(path, splitTime),
    candidateRule: typeof rule === 'string' ? rule : undefined,
    counts: Object.fromEntries(
      Object.entries(fields).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
  };
}

function parseObject(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ThawError('DATASET_INVALID', `${path} is not JSON. Correct it, or take it away.`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ThawError('DATASET_INVALID', `${path} is not a JSON object. Correct it, or take it away.`);
}

function parseSplitTime(path: string, value: unknown): number {
  const ms = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (ms !== undefined) return ms;
  throw new ThawError(
    'DATASET_INVALID',
    `${path}: split_time ${JSON.stringify(value)} is neither an ISO date nor an ordinal of digits.`,
  );
}
