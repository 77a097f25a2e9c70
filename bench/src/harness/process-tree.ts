import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in /proc in hundredths of a second (USER_HZ), whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of the process and of the children it has waited for. */
  readonly ownTicks: number;
  readonly waitedTicks: number;
}

/** What all descendants of this process have used so far. */
export interface DescendantUse {
  /** Of those that live and of those that have ended, to the hundredth of a second. */
  readonly cpuSeconds: number;
  /** The peak of each living one since it started, in bytes, by pid. */
  readonly peakRssBytes: ReadonlyMap<number, number>;
}

/** Reads what /proc has; on systems without it, children count as nothing. */
export function descendantUse(): DescendantUse {
  const processes = readdir('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
  const tree = new Set([process.pid]);
  let before: number;
  do {
    before = tree.size;
    for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
  } while (tree.size > before);
  let ticks = 0;
  const peakRssBytes = new Map<number, number>();
  for (const { pid, ownTicks, waitedTicks } of processes) {
    if (!tree.has(pid)) continue;
    ticks += waitedTicks;
    if (pid === process.pid) continue; // counted to the microsecond by process.cpuUsage
    ticks += ownTicks;
    peakRssBytes.set(pid, readPeakRss(pid));
  }
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakRssBytes };
}

/** Fields of /proc/PID/stat after the command, which stands in brackets and may hold anything (proc(5)). */
function readStat(pid: number): ProcessStat | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (fields.length < 15) return undefined;
  return { pid, parent: fields[1]!, ownTicks: fields[11]! + fields[12]!, waitedTicks: fields[13]! + fields[14]! };
}

function readPeakRss(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1_024;
}

/** The file's text, or '' where the process ended in the meantime or there is no /proc. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readdir(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
