import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Database } from './database.js';
import { corrupt, locked, storeFailure } from './failures.js';
import { lockHolder } from './lock-holder.js';
import { openOptions } from './settings.js';
import { findLostCommits } from './wal-check.js';

/** Whether a folder is absent or holds nothing. */
export async function isEmptyFolder(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (thrown) {
    if (isMissing(thrown)) return true;
    throw thrown;
  }
}

/** What RocksDB leaves in a folder that it has written to. */
const ROCKS_FILE = /^(?:MANIFEST-\d+|\d+\.sst|\d+\.log)$/;

/**
 * Opens the database in a folder, which is made where absent.
 *
 * @param doing for the message: what this is done for.
 * @param options the tables and how they are kept: those of a graph store where absent
 * @throws ThawError STORE_LOCKED, STORE_CORRUPT, STORE_UNAVAILABLE or STORE_VERSION
 */
export async function openFolder(folder: string, doing = 'open', options = openOptions): Promise<Database> {
  try {
    await makeFolder(folder);
    const names = await readdir(folder);
    const isNew = !names.includes('CURRENT');
    // Asked to create, RocksDB takes a folder without CURRENT for an empty one and deletes the tables that it finds.
    const leftover = isNew && names.find((name) => ROCKS_FILE.test(name));
    if (leftover) throw corrupt(folder, 'CURRENT', `it is missing, yet there is ${leftover}`);
    // Before the logs are looked at: those of a running process are always about to change.
    if (lockHolder(folder) !== undefined) throw locked(folder);
    await checkLogs(folder, names);
    return await Database.open(folder, options(isNew));
  } catch (thrown) {
    throw storeFailure(folder, doing, thrown);
  }
}

/** A log that goes away meanwhile belongs to a process that holds the folder, which RocksDB's lock will tell. */
async function lostCommitsIn(path: string): Promise<number | undefined> {
  try {
    return await findLostCommits(path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await mkdir(folder); // on a read-only disk the recursive form says that the parent is missing, this one why
  }
}

/** Before RocksDB replays them: afterwards what it dropped is gone, and a second start would find nothing wrong. */
async function checkLogs(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((each) => each.endsWith('.log'))) {
    const offset = await lostCommitsIn(join(folder, name));
    if (offset === undefined) continue;
    throw corrupt(folder, name, `the record at byte ${offset} is not whole, and acknowledged commits follow it`);
  }
}

/** Bytes in the folder's files, without what is only reserved. Files that go away meanwhile count nothing. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += await fileBytes(join(folder, name));
  return bytes;
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (isMissing(thrown)) return 0;
    throw thrown;
  }
}

const isMissing = (thrown: unknown): boolean => (thrown as NodeJS.ErrnoException).code === 'ENOENT';
