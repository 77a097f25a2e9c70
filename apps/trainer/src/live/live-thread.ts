import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ThawError } from '@thaw/contracts';
import type { LogLevel } from '@thaw/kafka';
import type { FromLive, LiveBatchTimes, LiveSettings, LiveStatistics, ToLive } from './protocol.js';

const NONE: LiveStatistics = { pending: 0, embedded: 0, removed: 0 };

/** Who is told what the thread says. */
export interface LiveListener {
  readonly log: (level: LogLevel, message: string, fields: object) => void;
  readonly onBatches: (batches: readonly LiveBatchTimes[]) => void;
}

/** Live embedding for one version in a thread of its own, so that probes and commands are answered meanwhile. */
export class LiveThread {
  statistics = NONE;
  /** Resolves when graph and version are compared, and nothing is embedded yet. */
  readonly loaded: Promise<void>;
  /** Resolves, after `go`, when all that changed since the version was made is on the topic. */
  readonly caughtUp: Promise<void>;
  /** Resolves when the thread is gone; with the reason where nobody asked for it. */
  readonly ended: Promise<ThawError | undefined>;
  private readonly worker: Worker;
  private isClosing = false;
  private failure: ThawError | undefined;

  constructor(settings: LiveSettings, { log, onBatches }: LiveListener) {
    // Threads run from dist/, also under test.
    this.worker = new Worker(new URL('../../dist/live/worker.js', import.meta.url), { workerData: settings });
    const { worker } = this;
    worker.on('error', (cause) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.failure ??= new ThawError('INTERNAL', `live embedding ended: ${why}`, { cause });
    });
    this.ended = once(worker, 'exit').then(() => {
      if (this.isClosing) return undefined;
      return this.failure ?? new ThawError('INTERNAL', 'the thread of live embedding ended');
    });
    this.loaded = this.heard('loaded');
    this.caughtUp = this.heard('caught-up');
    worker.on('message', (message: FromLive) => {
      if (message.kind === 'log') log(message.level, message.message, message.fields);
      else if (message.kind === 'statistics') {
        this.statistics = message.statistics;
        onBatches(message.batches);
      } else if (message.kind === 'failed') this.failure = new ThawError(message.code, message.message);
    });
  }

  /** Lets it embed. */
  go(): void {
    this.post({ kind: 'go' });
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.post({ kind: 'close' });
    await this.ended;
  }

  /** Rejects where the thread ends before it says so. */
  private heard(kind: FromLive['kind']): Promise<void> {
    const said = new Promise<void>((resolve) => {
      this.worker.on('message', (message: FromLive) => {
        if (message.kind === kind) resolve();
      });
    });
    const unheard = this.ended.then((reason) => {
      throw reason ?? new ThawError('RUN_CANCELLED', 'Live embedding was closed before it was ready.');
    });
    const result = Promise.race([said, unheard]);
    result.catch(() => undefined); // whoever waits for it is told
    return result;
  }

  private post(message: ToLive): void {
    this.worker.postMessage(message);
  }
}
