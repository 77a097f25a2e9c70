import { parentPort } from 'node:worker_threads';
import { Control } from './control.js';
import type { StripJob } from './strip-worker.js';
import { StripWorker } from './strip-worker.js';

/** What the pool sends to a worker thread; the answer is `done`. */
export interface WorkerTask {
  readonly job: StripJob;
  readonly worker: number;
  readonly control: SharedArrayBuffer;
}

parentPort?.on('message', ({ job, worker, control }: WorkerTask) => {
  new StripWorker(job, worker, new Control(control, job.workers)).run();
  parentPort?.postMessage('done');
});
