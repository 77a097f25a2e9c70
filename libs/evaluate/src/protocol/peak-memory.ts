import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Frees what nobody holds any more, so that a model's memory is not charged to the next one. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}

/**
 * Sets the process's peak memory back to what it uses now, where the system can (Linux: `clear_refs`), so that every
 * model's own peak can be told; what earlier ones have left behind is freed first. @returns whether it could
 */
export function resetPeakMemory(): boolean {
  collectGarbage();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false; // not Linux, or not allowed: the peak is then that of the process so far
  }
}

/** The largest resident set of the process since its start or the last reset, bytes. */
export function peakMemoryBytes(): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (match !== null) return Number(match[1]) * 1024;
  } catch {
    // no /proc: the next line knows as well
  }
  return process.resourceUsage().maxRSS * 1024;
}
