import { setTimeout as delay } from 'node:timers/promises';
import type { recommender } from '@thaw/contracts';

/** What of the recommender is asked. */
export interface ServingSource {
  servingStatus(timeoutMs?: number): Promise<recommender.GetServingStatusResponse>;
}

const LOOK_EVERY_MS = 10;

/**
 * Asks the recommender until it says that it serves a version.
 *
 * @returns whether it did within the time; a recommender that does not answer does not serve
 */
export async function waitUntilServed(source: ServingSource, version: string, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    const status = await source.servingStatus(Math.max(1, leftMs)).catch(() => undefined);
    if (status?.context?.version === version) return true;
    await delay(Math.min(LOOK_EVERY_MS, Math.max(0, deadline - performance.now())));
  }
}
