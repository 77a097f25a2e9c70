import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { FEW_CORES } from './thread-priority.js';

/**
 * Has V8 look for garbage less often, and with fewer threads where cores are few. By default old objects may grow by a
 * third, of which half is kept for the young ones: with each new version a round began, and its threads, queries and
 * whoever loads the version shared two cores (docs/decisions/0012 has figures).
 */
export function calmGarbageCollection(): void {
  setFlagsFromString('--heap-growing-percent=60');
  if (availableParallelism() > FEW_CORES) return;
  setFlagsFromString('--concurrent-marking-max-worker-num=1');
  setFlagsFromString('--no-parallel-scavenge');
}
