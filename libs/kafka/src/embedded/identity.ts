import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Kernel ticks since boot at which it started (Linux), or null where the system does not say. */
  readonly startTicks: number | null;
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and parentheses. */
async function startTicks(pid: number): Promise<number | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is dead: only its parent has not asked yet.
    return state === 'Z' ? null : Number(fields[18]);
  } catch {
    return null;
  }
}

export const identify = async (pid: number): Promise<ProcessIdentity> => ({ pid, startTicks: await startTicks(pid) });

export async function isAlive({ pid, startTicks: expected }: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return expected === null || (await startTicks(pid)) === expected;
}

/** Reads an identity that was written as JSON; undefined where there is none or the file was cut short. */
export async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  try {
    const { pid, startTicks: ticks } = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessIdentity>;
    return typeof pid === 'number' ? { pid, startTicks: ticks ?? null } : undefined;
  } catch {
    return undefined;
  }
}
