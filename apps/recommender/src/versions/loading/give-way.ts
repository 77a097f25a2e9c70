import { setTimeout as sleep } from 'node:timers/promises';

/** What is read between two looks at whether anybody asks. */
const STRETCH_BYTES = 1 << 20;
/** What queries have for themselves after such a stretch: about three times as long as it took. */
const PAUSE_MS = 5;

/**
 * Has who reads much give way to queries. On a machine of few cores a thread of the lowest priority is felt all the same:
 * it takes the caches and the memory's bandwidth, and what a hypervisor grants of the cores.
 *
 * @param calls how many calls have been answered ever, counted in shared memory, `[1]`
 * @returns to be waited for before so many bytes are read: undefined where nobody asked meanwhile
 */
export function giveWay(calls: Int32Array): (bytes: number) => Promise<void> | undefined {
  let unpaid = 0;
  let seen = Atomics.load(calls, 0);
  return (bytes) => {
    unpaid += bytes;
    if (unpaid < STRETCH_BYTES) return undefined;
    const stretches = unpaid / STRETCH_BYTES;
    unpaid = 0;
    const now = Atomics.load(calls, 0);
    if (now === seen) return undefined;
    seen = now;
    return sleep(PAUSE_MS * stretches);
  };
}
