import { readdirSync, readlinkSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';

/** On more cores than these a process's helpers have a core of their own. */
export const FEW_CORES = 2;
/** A tenth of the processor's time where others want it too. */
const HELPERS = 10;
/** The most there is: what nobody waits for. */
const IDLE = 19;

/** Lowers the priority of the thread that calls. Linux gives each thread its own; elsewhere nothing happens. */
export function stepBack(): void {
  lower(() => [Number(readlinkSync('/proc/thread-self').split('/').at(-1))], IDLE);
}

/**
 * Lowers the priority of all threads that the process has now but the main one, which answers queries: libuv's, one of
 * which loads the index of the next version for a third of a second, and V8's. Of three busy threads on two cores the one
 * that answers would wait for its turn. For the main thread to call, on few cores.
 */
export function helpersStepBack(): void {
  if (availableParallelism() > FEW_CORES) return;
  const tasks = (): number[] => readdirSync('/proc/self/task').map(Number);
  lower(() => tasks().filter((thread) => thread !== process.pid), HELPERS);
}

function lower(threads: () => readonly number[], niceness: number): void {
  if (process.platform !== 'linux') return;
  for (const thread of threads()) {
    try {
      setPriority(thread, niceness);
    } catch {
      // A thread that has just ended, or a machine that forbids it: queries only wait a little.
    }
  }
}
