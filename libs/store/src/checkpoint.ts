import { ThawError } from '@thaw/contracts';
import type { Row } from '@thaw/graph';
import type { Database, Scan } from './database.js';
import { storeFailure, versionMismatch } from './failures.js';
import { isEmptyFolder, openFolder } from './folder.js';
import { FAMILIES, type FamilyName } from './settings.js';

/** Some rows of one table, in the order of their keys. */
export interface TablePage {
  readonly table: string;
  readonly rows: readonly Row[];
}

/** All rows of a store as they were at one moment, the store's own table last. Close it: it keeps that moment alive. */
export interface StoreScan {
  /** Undefined at the end. @throws ThawError STORE_UNAVAILABLE, STORE_CORRUPT */
  next(): TablePage | undefined;
  /** May be called twice. */
  close(): void;
}

/**
 * Row by row, since the binding has neither RocksDB's checkpoints nor a way to keep it from deleting a file while that is
 * linked elsewhere.
 *
 * @param readFailure makes the error for what the source throws
 */
export function scanAll(source: Database, readFailure: (thrown: unknown) => ThawError): StoreScan {
  // All at once and before anything is awaited: no commit can come between, so they show the same moment.
  const scans = openScans(source, readFailure);
  let current = 0;
  return {
    next: () => {
      for (; current < scans.length; current += 1) {
        const [table, scan] = scans[current]!;
        const rows = nextPage(scan, readFailure);
        if (rows.length > 0) return { table, rows };
      }
      return undefined;
    },
    close: () => {
      for (const [, scan] of scans) scan.close();
    },
  };
}

/**
 * Makes a store of the pages of another, which `RocksGraphStore.open` then takes for an equal one. One that was cut short
 * is refused there (STORE_VERSION), as long as the store's own table comes last.
 *
 * @param folder absent or empty
 * @throws ThawError CONFIG_INVALID when the folder is not empty, STORE_VERSION where there is no such table,
 *   STORE_UNAVAILABLE when it cannot be written; what the pages throw
 */
export async function writeStore(folder: string, pages: AsyncIterable<TablePage>): Promise<void> {
  try {
    if (!(await isEmptyFolder(folder))) {
      throw new ThawError('CONFIG_INVALID', `The folder ${folder} is not empty: name a new one for the copy.`, {
        details: { folder },
      });
    }
    const target = await openFolder(folder);
    try {
      for await (const { table, rows } of pages) {
        const family = familyOf(folder, table);
        target.write(rows.map(({ key, value }) => ({ table: family, key, value })));
      }
    } finally {
      await target.close();
    }
  } catch (thrown) {
    throw storeFailure(folder, 'write to', thrown);
  }
}

function familyOf(folder: string, table: string): FamilyName {
  const family = FAMILIES.find((known) => known === table);
  if (family === undefined) throw versionMismatch(folder, `is to get a table that this Thaw does not know (${table})`);
  return family;
}

function openScans(source: Database, readFailure: (thrown: unknown) => ThawError): (readonly [FamilyName, Scan])[] {
  try {
    return FAMILIES.map((table) => [table, source.scan(table)]);
  } catch (thrown) {
    throw readFailure(thrown);
  }
}

function nextPage(scan: Scan, readFailure: (thrown: unknown) => ThawError): readonly Row[] {
  try {
    return scan.next();
  } catch (thrown) {
    throw readFailure(thrown);
  }
}
