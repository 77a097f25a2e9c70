import { Worker } from 'node:worker_threads';
import { ThawError } from '@thaw/contracts';
import type { WorkerTask } from './worker.js';

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: ThawError) => void;
}

/** A worker thread that answers one task at a time. An idle one keeps no process alive. */
export class PoolThread {
  readonly #worker: Worker;
  #pending: Pending | undefined;
  #ended = false;

  constructor() {
    // Threads run from dist/ also where this file is run from src/, as tests do.
    this.#worker = new Worker(new URL('../../dist/propagation/worker.js', import.meta.url));
    this.#worker.unref();
    this.#worker.on('message', () => this.#settle()?.resolve());
    this.#worker.on('error', (cause) => this.#settle()?.reject(propagationFailed('a worker thread failed', cause)));
    this.#worker.on('exit', (code) => {
      this.#ended = true;
      this.#settle()?.reject(propagationFailed(`a worker thread ended with exit code ${code}`));
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the thread has done its part. @throws ThawError PROPAGATION_WORKER_FAILED when it ends before that. */
  ask(task: WorkerTask): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    return pending;
  }
}

export function propagationFailed(reason: string, cause?: unknown): ThawError {
  return new ThawError(
    'PROPAGATION_WORKER_FAILED',
    `Propagation was broken off because ${reason}. Try again; if it fails again, the machine may be short of memory.`,
    { cause },
  );
}
