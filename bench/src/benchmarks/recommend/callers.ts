import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CallerAnswer, CallerJob, CallerSettings, Learnt } from './caller.js';
import type { LoadResult } from './load.js';

/** The thread of caller.ts, which does one job after the other. */
export class Callers {
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(settings: Omit<CallerSettings, 'stop'>) {
    const workerData: CallerSettings = { ...settings, stop: this.#stop };
    this.#worker = new Worker(new URL('./caller.js', import.meta.url), { workerData });
  }

  async learn(told: number): Promise<Learnt> {
    return (await this.#run({ kind: 'learn', told })) as Learnt;
  }

  async closed(callers: number, seconds: number): Promise<LoadResult> {
    return (await this.#run({ kind: 'closed', callers, seconds })) as LoadResult;
  }

  /** A load at a given rate; without seconds until `stop`, with every answer compared with those that were learnt. */
  async open(perSecond: number, seconds?: number): Promise<LoadResult> {
    const job = { kind: 'open', perSecond, ...(seconds !== undefined && { seconds }) } as const;
    return (await this.#run(job)) as LoadResult;
  }

  /** Ends a load that has no end of its own. */
  stop(): void {
    Atomics.store(this.#stop, 0, 1);
  }

  async close(): Promise<void> {
    this.#worker.postMessage(undefined);
    await once(this.#worker, 'exit');
  }

  async #run(job: CallerJob): Promise<CallerAnswer> {
    Atomics.store(this.#stop, 0, 0);
    this.#worker.postMessage(job);
    const [answer] = (await once(this.#worker, 'message')) as [CallerAnswer];
    return answer;
  }
}
