import { ThawError } from '@thaw/contracts';
import type { Row } from '@thaw/graph';
import { setImmediate } from 'node:timers/promises';
import type { Database, Scan } from './database.js';
import { storeFailure } from './failures.js';
import { isEmptyFolder, openFolder } from './folder.js';
import { FAMILIES, type FamilyName } from './settings.js';

/**
 * Copies all rows, row by row: the binding has neither RocksDB's checkpoints nor a way to keep it from deleting a file
 * while that is linked elsewhere.
 *
 * @param folder absent or empty
 * @param readFailure makes the error for what the source throws
 * @throws ThawError CONFIG_INVALID when the folder is not empty, STORE_UNAVAILABLE when it cannot be written
 */
export async function copyInto(
  folder: string,
  source: Database,
  readFailure: (thrown: unknown) => ThawError,
): Promise<void> {
  // All at once and before anything is awaited: no commit can come between, so they show the same moment.
  const scans = openScans(source, readFailure);
  try {
    if (!(await isEmptyFolder(folder))) {
      throw new ThawError('CONFIG_INVALID', `The folder ${folder} is not empty: name a new one for the copy.`, {
        details: { folder },
      });
    }
    const target = await openFolder(folder);
    try {
      for (const [table, scan] of scans) await copyTable(target, table, () => nextPage(scan, readFailure));
    } finally {
      await target.close();
    }
  } catch (thrown) {
    throw storeFailure(folder, 'write to', thrown);
  } finally {
    for (const [, scan] of scans) scan.close();
  }
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

async function copyTable(target: Database, table: FamilyName, next: () => readonly Row[]): Promise<void> {
  for (let page = next(); page.length > 0; page = next()) {
    target.write(page.map(({ key, value }) => ({ table, key, value })));
    await setImmediate();
  }
}
