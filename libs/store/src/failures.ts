import { ThawError, type ErrorCode } from '@thaw/contracts';
import { types } from 'node:util';
import { DatabaseClosedError } from './database.js';
import { lockHolder } from './lock-holder.js';

/** The way out of every loss of data: the state is a function of the topics. */
const REBUILD =
  'Restore the folder from a backup, or delete it and start again: the state is then rebuilt from the topics.';

/** What the operating system says, as RocksDB and Node quote it, and what a person can do about it. */
const DISK_TROUBLES: readonly (readonly [RegExp, string])[] = [
  [/No space left on device|Disk quota exceeded/i, 'The disk is full: free some space.'],
  [/Read-only file system/i, 'The file system is read-only: remount it writable.'],
  [/Permission denied|Operation not permitted/i, 'The process lacks the permission: let its user write there.'],
  [/Too many open files/i, 'The process has too many files open: raise its limit (ulimit -n).'],
];

const CORRUPTION = /Corruption|checksum mismatch|No such file or directory/;
const FILE_NAME = /\d{6,}\.(?:sst|log)|MANIFEST-\d+|OPTIONS-\d+|CURRENT/;

interface NativeError extends Error {
  readonly code?: string;
}

/** The store's own error about a folder whose content cannot be trusted; `file` is the one to blame, where known. */
export function corrupt(folder: string, file: string | undefined, why: string, cause?: unknown): ThawError {
  const where = file === undefined ? `The store in ${folder}` : `${file} of the store in ${folder}`;
  return new ThawError('STORE_CORRUPT', `${where} is damaged: ${why}. ${REBUILD}`, {
    cause,
    details: { folder, ...(file !== undefined && { file }) },
  });
}

export function closed(folder: string): ThawError {
  return new ThawError('STORE_CLOSED', `The store in ${folder} was closed: open it again to use it.`, {
    details: { folder },
  });
}

/**
 * Gives what RocksDB or Node threw a code and words.
 *
 * @param doing what failed, as in "could not …": "open", "write to", "read".
 */
export function storeFailure(folder: string, doing: string, thrown: unknown): ThawError {
  if (thrown instanceof ThawError) return thrown;
  // Not instanceof: RocksDB's errors are made in the process's first realm, wherever they are thrown.
  if (!types.isNativeError(thrown)) return ThawError.from(thrown);
  const { message, code } = thrown as NativeError;
  if (thrown instanceof DatabaseClosedError) {
    return unavailable(folder, doing, 'It was reopened after a failure of the disk: do this again.', thrown);
  }
  if (code === 'LEVEL_LOCKED') return locked(folder, thrown);
  if (message.includes('Column families not opened')) return unknownTables(folder, thrown);
  const trouble = DISK_TROUBLES.find(([pattern]) => pattern.test(message));
  if (trouble) return unavailable(folder, doing, trouble[1], thrown);
  if (CORRUPTION.test(message)) return corrupt(folder, FILE_NAME.exec(message)?.[0], message, thrown);
  if (code === 'LEVEL_IO_ERROR' || code?.startsWith('E') === true) {
    return unavailable(folder, doing, `The disk fails: check it. ${message}`, thrown);
  }
  return new ThawError('INTERNAL', `Could not ${doing} the store in ${folder}: ${message}`, { cause: thrown });
}

function unavailable(folder: string, doing: string, advice: string, cause: Error): ThawError {
  const safe = doing === 'write to' ? ' Nothing was written; the same write may be made again.' : '';
  return new ThawError('STORE_UNAVAILABLE', `Could not ${doing} the store in ${folder}. ${advice}${safe}`, {
    cause,
    details: { folder },
  });
}

export function locked(folder: string, cause?: Error): ThawError {
  const holder = lockHolder(folder);
  const who = holder === undefined ? 'another process' : `process ${holder}`;
  return new ThawError(
    'STORE_LOCKED',
    `The store in ${folder} is held by ${who}: stop it first, or give each process a folder of its own.`,
    { cause, details: { folder, ...(holder !== undefined && { pid: holder }) } },
  );
}

function unknownTables(folder: string, cause: Error): ThawError {
  const names = cause.message.replace(/^.*not opened: */, '');
  return versionMismatch(folder, `has tables that this Thaw does not know (${names})`, cause);
}

/** A folder in a format that this Thaw does not read. `what` goes on from "The store in … ". */
export function versionMismatch(folder: string, what: string, cause?: unknown): ThawError {
  const code: ErrorCode = 'STORE_VERSION';
  return new ThawError(
    code,
    `The store in ${folder} ${what}. Run the Thaw that wrote it, or delete the folder and start again: the state is ` +
      'then rebuilt from the topics.',
    { cause, details: { folder } },
  );
}
