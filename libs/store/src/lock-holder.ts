import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The process that holds the folder's LOCK, where the system tells (Linux, same pid namespace): `/proc/locks` lists
 * "n: POSIX ADVISORY WRITE pid major:minor:inode start end" (proc(5)).
 */
export function lockHolder(folder: string): number | undefined {
  let inode: string;
  let locks: string;
  try {
    inode = String(statSync(join(folder, 'LOCK')).ino);
    locks = readFileSync('/proc/locks', 'utf8');
  } catch {
    return undefined; // no such list on this system: the message does without the number
  }
  for (const line of locks.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const pid = Number(fields[4]);
    // A waiting process has "->" as its second field; a holder in another pid namespace shows as 0.
    if (fields[1] === 'POSIX' && fields[5]?.split(':')[2] === inode && pid > 0) return pid;
  }
  return undefined;
}
