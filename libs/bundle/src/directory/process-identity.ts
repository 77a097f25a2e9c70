import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a staging: the process, when it started, and where process numbers mean what they mean here. */
export const IDENTITY = /^(\d+)\.(\d+)\.([0-9a-f]{12})$/;

const orEmpty = (read: () => string): string => {
  try {
    return read();
  } catch {
    return ''; // no /proc: then the host name must do
  }
};

/** The same for all processes that see each other by number: machine, start of the machine, pid namespace. */
function placeId(): string {
  const boot = orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = orEmpty(() => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256').update(`${hostname()}\n${boot}\n${namespace}`).digest('hex').slice(0, 12);
}

/**
 * When a process started, in ticks since the machine did (proc(5), `stat`, field 22), as numbers are given again. "0"
 * where the system does not tell, undefined where there is no such process.
 */
function startOf(pid: number): string | undefined {
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the name in parentheses, which may hold blanks and parentheses itself.
  if (stat !== '') return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  try {
    process.kill(pid, 0);
    return '0';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM' ? '0' : undefined;
  }
}

/** Of this process. */
export const ownIdentity = (): string => `${process.pid}.${startOf(process.pid) ?? '0'}.${placeId()}`;

/** Whether the process of that identity runs; undefined where this process cannot tell. */
export function isRunning(identity: string): boolean | undefined {
  const [, pid, start, place] = IDENTITY.exec(identity) ?? [];
  if (place !== placeId()) return undefined;
  return startOf(Number(pid)) === start;
}
