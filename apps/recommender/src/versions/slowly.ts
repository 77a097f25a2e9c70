import { setImmediate as nextTurn } from 'node:timers/promises';

/** Much less than a turn of queries (`Turns`): the two take turns, and a version may be as long in coming as it will. */
const SLICE_MS = 0.5;
/** Items between two looks at the clock. */
const STRIDE = 32;

/** Handles item after item without holding up queries. @throws the signal's reason */
export async function slowly<T>(items: Iterable<T>, handle: (item: T) => void, signal: AbortSignal): Promise<void> {
  let endAt = performance.now() + SLICE_MS;
  let count = 0;
  for (const item of items) {
    handle(item);
    if (++count % STRIDE !== 0 || performance.now() < endAt) continue;
    await nextTurn();
    signal.throwIfAborted();
    endAt = performance.now() + SLICE_MS;
  }
}
