import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ThawError } from '@thaw/contracts';
import type { LogLevel } from '@thaw/kafka';
import type { FromLive, LiveSettings, LiveStatistics, ToLive } from './protocol.js';

const NONE: LiveStatistics = { version: '', pending: 0, embedded: 0, removed: 0, lagSeconds: 0, batchSeconds: 0 };

interface Asked {
  readonly resolve: () => void;
  readonly reject: (reason: ThawError) => void;
}

/** Live embedding in a thread of its own, so that probes and commands are answered meanwhile. */
export class LiveThread {
  statistics = NONE;
  /** Rejects when the thread ended without being asked to. */
  readonly failed: Promise<ThawError>;
  private readonly worker: Worker;
  private readonly asked = new Map<number, Asked>();
  private lastId = 0;
  private closing = false;

  constructor(settings: LiveSettings, log: (level: LogLevel, message: string, fields: object) => void) {
    // Threads run from dist/, also under test.
    this.worker = new Worker(new URL('../../dist/live/worker.js', import.meta.url), { workerData: settings });
    this.worker.on('message', (message: FromLive) => this.receive(message, log));
    this.failed = new Promise((resolve) => {
      const end = (message: string, cause?: unknown): void => {
        const error = new ThawError('INTERNAL', message, { cause });
        for (const { reject } of this.asked.values()) reject(error);
        this.asked.clear();
        if (!this.closing) resolve(error);
      };
      this.worker.on('error', (cause) =>
        end(`live embedding ended: ${cause instanceof Error ? cause.message : String(cause)}`, cause),
      );
      this.worker.on('exit', () => end('the thread of live embedding ended'));
    });
  }

  /**
   * Embeds for a version from now on; resolves when all that changed since it was made is on the topic.
   *
   * @throws ThawError BUNDLE_NOT_FOUND, BUNDLE_INVALID, MODEL_STATES_INVALID, KAFKA_UNAVAILABLE
   */
  async prepare(version: string): Promise<void> {
    const id = ++this.lastId;
    await new Promise<void>((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      this.post({ kind: 'prepare', id, version });
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    const ended = once(this.worker, 'exit');
    this.post({ kind: 'close' });
    await ended;
  }

  private post(message: ToLive): void {
    this.worker.postMessage(message);
  }

  private receive(message: FromLive, log: (level: LogLevel, message: string, fields: object) => void): void {
    switch (message.kind) {
      case 'log':
        log(message.level, message.message, message.fields);
        return;
      case 'statistics':
        this.statistics = message.statistics;
        return;
      case 'prepared':
        this.asked.get(message.id)?.resolve();
        break;
      case 'refused':
        this.asked.get(message.id)?.reject(new ThawError(message.code, message.message));
    }
    this.asked.delete(message.id);
  }
}
