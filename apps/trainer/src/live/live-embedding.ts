import { setTimeout as delay } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import { backoffMs, type Logger } from '@thaw/platform';
import type { LiveStatistics } from './protocol.js';
import type { LiveThread } from './live-thread.js';

/** What embeds for one version. */
export type VersionEmbedder = Pick<LiveThread, 'statistics' | 'loaded' | 'caughtUp' | 'ended' | 'go' | 'close'>;

export interface LiveEmbeddingOptions {
  /** Starts to load a version. */
  readonly start: (version: string) => VersionEmbedder;
  readonly logger: Logger;
}

const BACKOFF = { firstMs: 1000, maxMs: 60_000, random: Math.random };
/** What only another version can change. */
const FINAL = new Set(['BUNDLE_NOT_FOUND', 'BUNDLE_INVALID', 'BUNDLE_VERSION', 'MODEL_STATES_INVALID']);

/**
 * Embeds nodes for the version that is served. Another version is loaded by a second thread while the first goes on;
 * they never publish at the same time, so that the newest embedding of a node is always of the newer version.
 */
export class LiveEmbedding {
  /** Times that a thread ended without being asked to. */
  failures = 0;
  private version: string | undefined;
  private thread: VersionEmbedder | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly closing = new AbortController();

  constructor(private readonly options: LiveEmbeddingOptions) {}

  get statistics(): LiveStatistics | undefined {
    return this.thread?.statistics;
  }

  /**
   * Embeds for this version from now on; resolves when all that changed since it was made is on the topic.
   *
   * @throws ThawError why that cannot be: BUNDLE_NOT_FOUND, BUNDLE_INVALID, MODEL_STATES_INVALID, KAFKA_UNAVAILABLE
   */
  async follow(version: string): Promise<void> {
    const done = this.turn.then(() => this.switchTo(version));
    this.turn = done.catch(() => undefined);
    await done;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.thread?.close();
    await this.turn;
    await this.thread?.close();
  }

  private async switchTo(version: string): Promise<void> {
    if (this.version === version || this.closing.signal.aborted) return;
    const next = this.options.start(version);
    const giveUp = (): void => void next.close();
    this.closing.signal.addEventListener('abort', giveUp, { once: true });
    try {
      await next.loaded;
      await this.thread?.close();
      this.thread = next;
      this.version = version;
      next.go();
      await next.caughtUp;
      this.watch(next, version, 0);
    } catch (thrown) {
      await next.close();
      if (this.thread === next) this.version = undefined;
      throw ThawError.from(thrown);
    } finally {
      this.closing.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Starts another thread where this one ends. */
  private watch(thread: VersionEmbedder, version: string, failures: number): void {
    void thread.ended.then(async (reason) => {
      if (reason === undefined || this.closing.signal.aborted) return;
      this.failures += 1;
      const { logger } = this.options;
      const waitMs = backoffMs(failures, BACKOFF);
      logger.error({ code: reason.code, err: reason, version, waitMs }, 'live embedding ended; it is started again');
      await delay(waitMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
      if (this.thread !== thread) return;
      this.version = undefined;
      await this.follow(version).catch((thrown: unknown) => {
        const error = ThawError.from(thrown);
        if (!FINAL.has(error.code)) this.watch(thread, version, failures + 1);
      });
    });
  }
}
