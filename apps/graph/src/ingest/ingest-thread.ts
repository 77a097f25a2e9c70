import { ThawError } from '@thaw/contracts';
import type { LogLevel } from '@thaw/kafka';
import { EventEmitter, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ErrorMessage, FromIngest, IngestSettings, IngestStatistics, Questions } from './protocol.js';

export type IngestStatus =
  | { readonly state: 'loading' | 'consuming' | 'closed' }
  /** Still there, and consuming nothing until the disk takes commits again. */
  | { readonly state: 'waiting'; readonly reason: ErrorMessage }
  /** Given up: the process should end, or be looked at. */
  | { readonly state: 'failed'; readonly reason: ErrorMessage };

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: ThawError) => void;
}

/**
 * The ingest in a thread of its own, so that the main thread answers probes and queries while a batch is applied.
 * Emits `status` when that changes.
 */
export class IngestThread extends EventEmitter<{ status: [IngestStatus] }> {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #status: IngestStatus = { state: 'loading' };
  #statistics: IngestStatistics | undefined;

  constructor(settings: IngestSettings, log: (level: LogLevel, message: string, fields: object) => void) {
    super();
    this.#worker = new Worker(new URL('../../dist/ingest/worker.js', import.meta.url), { workerData: settings });
    this.#worker.on('message', (message: FromIngest) => this.#receive(message, log));
    this.#worker.on('error', (error) => this.#fail({ code: 'INTERNAL', message: error.message }));
    this.#worker.on('exit', () => {
      if (this.#status.state !== 'closed') this.#fail({ code: 'INTERNAL', message: 'the ingest thread ended' });
    });
  }

  get status(): IngestStatus {
    return this.#status;
  }

  /** The latest numbers; undefined until the state is loaded. */
  get statistics(): IngestStatistics | undefined {
    return this.#statistics;
  }

  /** @throws ThawError GRAPH_NOT_READY before the state is loaded and after the thread failed. */
  async ask<K extends keyof Questions>(kind: K, ask: Questions[K]['ask']): Promise<Questions[K]['answer']> {
    if (this.#status.state === 'loading') {
      throw new ThawError('GRAPH_NOT_READY', 'The graph is still loading its state: try again in a moment.');
    }
    if (this.#status.state === 'failed' || this.#status.state === 'closed') {
      const reason = this.#status.state === 'failed' ? this.#status.reason.message : 'it is shutting down';
      throw new ThawError('GRAPH_NOT_READY', `The graph has stopped: ${reason}`);
    }
    const id = (this.#lastId += 1);
    return await new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve, reject });
      this.#worker.postMessage({ id, kind, ask });
    });
  }

  /** Commits and publishes what was consumed, and ends the thread. */
  async close(): Promise<void> {
    const isUp = this.#status.state === 'consuming' || this.#status.state === 'waiting';
    if (isUp) {
      const ended = once(this.#worker, 'exit');
      await this.ask('close', null);
      this.#setStatus({ state: 'closed' });
      await ended;
    } else {
      this.#setStatus({ state: 'closed' });
      await this.#worker.terminate();
    }
  }

  #receive(message: FromIngest, log: (level: LogLevel, message: string, fields: object) => void): void {
    switch (message.kind) {
      case 'log':
        log(message.level, message.message, message.fields);
        break;
      case 'consuming':
        this.#setStatus({ state: 'consuming' });
        break;
      case 'trouble':
        this.#setStatus(message.reason ? { state: 'waiting', reason: message.reason } : { state: 'consuming' });
        break;
      case 'failed':
        this.#fail(message.reason);
        break;
      case 'statistics':
        this.#statistics = message.statistics;
        break;
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.answer as never);
        this.#asked.delete(message.id);
        break;
      case 'refusal':
        this.#asked.get(message.id)?.reject(new ThawError(message.reason.code, message.reason.message));
        this.#asked.delete(message.id);
        break;
    }
  }

  #fail(reason: ErrorMessage): void {
    if (this.#status.state === 'failed' || this.#status.state === 'closed') return;
    this.#setStatus({ state: 'failed', reason });
    for (const { reject } of this.#asked.values()) reject(new ThawError(reason.code, reason.message));
    this.#asked.clear();
  }

  #setStatus(status: IngestStatus): void {
    this.#status = status;
    this.emit('status', status);
  }
}
