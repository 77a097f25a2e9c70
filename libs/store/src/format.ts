import { TABLES, type TableName } from '@thaw/graph';
import { versionMismatch } from './failures.js';
import { addFirstTimes } from './migrations/add-first-times.js';
import type { Migration, MigrationTarget } from './migrations/migration.js';
import { OWN_FAMILY } from './settings.js';

/** The format of the rows that this Thaw writes. Raise it with a migration from the one before. */
export const FORMAT = 2;

const FORMAT_KEY = new TextEncoder().encode('format');

/** From every older format that is still read, one step each. */
export const MIGRATIONS: readonly Migration[] = [addFirstTimes];

export interface FormatOutcome {
  readonly fresh: boolean;
  /** The format that was found, if it was an older one. */
  readonly migratedFrom?: number;
}

/**
 * Sees to it that the rows are of format `wanted`: marks an empty store, migrates an older one, refuses a newer one.
 *
 * @throws ThawError STORE_VERSION, before anything is written
 */
export function settleFormat(
  folder: string,
  target: MigrationTarget,
  wanted: number = FORMAT,
  migrations: readonly Migration[] = MIGRATIONS,
): FormatOutcome {
  const mark = (format: number): void => {
    target.write([{ table: OWN_FAMILY, key: FORMAT_KEY, value: encode(format) }]);
  };
  const bytes = target.get(OWN_FAMILY, FORMAT_KEY);
  if (bytes === undefined) {
    if (TABLES.some((table) => hasRows(target, table))) {
      throw versionMismatch(folder, 'has rows but no format version, so Thaw did not write it');
    }
    mark(wanted);
    return { fresh: true };
  }
  const found = decode(bytes);
  if (found === wanted) return { fresh: false };
  for (const step of pathFrom(folder, found, wanted, migrations)) {
    step.migrate(target);
    mark(step.from + 1);
  }
  return { fresh: false, migratedFrom: found };
}

function pathFrom(folder: string, found: number, wanted: number, migrations: readonly Migration[]): Migration[] {
  const steps: Migration[] = [];
  for (let format = found; format < wanted; format += 1) {
    const step = migrations.find(({ from }) => from === format);
    if (step) steps.push(step);
  }
  if (found > wanted || steps.length < wanted - found) {
    const verdict = found > wanted ? 'a newer one' : 'too old to be migrated';
    throw versionMismatch(folder, `is in format ${found}, ${verdict}: this Thaw reads and writes format ${wanted}`);
  }
  return steps;
}

function hasRows(target: MigrationTarget, table: TableName): boolean {
  const scan = target.scan(table);
  const page = scan.next();
  scan.close();
  return page.length > 0;
}

function encode(format: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(format);
  return bytes;
}

function decode(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32BE();
}
