import { ThawError } from '@thaw/contracts';

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space.',
  EDQUOT: 'The disk quota is used up: free some space.',
  EROFS: 'The file system is read-only: remount it writable.',
  EACCES: 'The process lacks the permission: let its user write there.',
  EPERM: 'The process lacks the permission: let its user write there.',
  EMFILE: 'The process has too many files open: raise its limit (ulimit -n).',
  ENOTDIR: 'A part of the path is a file: move it away, or set another folder (THAW_BUNDLE_DIR).',
};

export const codeOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException).code;

export const isMissing = (thrown: unknown): boolean => codeOf(thrown) === 'ENOENT';

/**
 * Gives what the file system threw a code and words; what is none of its errors is given back as it is.
 *
 * @param doing as in "could not …"
 */
export function diskFailure(doing: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (thrown instanceof ThawError || code?.startsWith('E') !== true || code.startsWith('ERR_')) return thrown;
  const advice = ADVICE[code] ?? `The disk fails: check it (${(thrown as Error).message}).`;
  return new ThawError('BUNDLE_STORE_UNAVAILABLE', `Could not ${doing}. ${advice}`, { cause: thrown });
}
