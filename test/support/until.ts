import { setTimeout as sleep } from 'node:timers/promises';

/** So that a test that has failed does not keep Jest from ending. */
const LIMIT_MS = 60_000;

/** Waits for a condition that something outside the test brings about. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${LIMIT_MS / 1000} s: ${condition.toString()}`);
    await sleep(5);
  }
}
