import { ThawError } from '@thaw/contracts';
import type { LogFunction } from '@thaw/kafka';
import { backoffMs } from '@thaw/platform';
import { setTimeout as sleep } from 'node:timers/promises';

/** What reads a topic until it is closed, or cannot go on. */
export interface Feed {
  open(): Promise<{ readonly done: Promise<void> }>;
  close(): Promise<void>;
}

const BACKOFF = { firstMs: 250, maxMs: 30_000, random: Math.random };
/** A feed that ran for this long begins with short delays again. */
const STEADY_MS = 60_000;

/** Opens a feed, and again whenever it ends, until the signal; then closes it. Never rejects: failures are logged. */
export async function keepOpen(name: string, feed: Feed, signal: AbortSignal, log: LogFunction): Promise<void> {
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  for (let failures = 0; !signal.aborted; failures++) {
    const openedAt = performance.now();
    try {
      const { done } = await feed.open();
      await Promise.race([done, ended]);
    } catch (thrown) {
      const { code, message } = ThawError.from(thrown);
      if (performance.now() - openedAt > STEADY_MS) failures = 0;
      const delayMs = backoffMs(failures, BACKOFF);
      log('warn', `${name}: ${message}`, { code, delayMs });
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    } finally {
      await feed.close();
    }
  }
}
