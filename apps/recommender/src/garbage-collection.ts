import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** On more cores than these V8's helpers have a core of their own. */
const FEW_CORES = 2;

/**
 * Has V8 look for garbage less often, and with fewer threads where cores are few. By default old objects may grow by a
 * third, of which half is kept for the young ones: with each new version a round began, and its threads, queries and
 * whoever loads the version shared two cores. The p99 of queries during swaps was 32 ms, and is 15 (docs/decisions/0012).
 */
export function calmGarbageCollection(): void {
  setFlagsFromString('--heap-growing-percent=60');
  if (availableParallelism() > FEW_CORES) return;
  setFlagsFromString('--concurrent-marking-max-worker-num=1');
  setFlagsFromString('--no-parallel-scavenge');
}
