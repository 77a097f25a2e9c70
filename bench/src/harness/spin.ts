import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const SPIN_MS = 300;

/**
 * How many cores are really free: the work that `threads` threads do at the same time, over the work of one thread
 * alone. The one alone is taken by its CPU time, so that a core which others use does not pass for a slow one.
 */
export async function freeCores(threads: number): Promise<number> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('../../dist/harness/spin-worker.js', import.meta.url)),
  );
  try {
    await Promise.all(workers.map((worker) => spin(worker, 1))); // started, and its code compiled
    const before = process.cpuUsage();
    const start = performance.now();
    const perWallMs = await spin(workers[0]!, SPIN_MS);
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    const perCpuMs = perWallMs * Math.max(1, wallMs / ((user + system) / 1_000));
    const together = await Promise.all(workers.map((worker) => spin(worker, SPIN_MS)));
    return together.reduce((sum, each) => sum + each, 0) / perCpuMs;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Iterations per millisecond that the worker came to. */
async function spin(worker: Worker, milliseconds: number): Promise<number> {
  const answer = once(worker, 'message') as Promise<[number]>;
  worker.postMessage(milliseconds);
  return (await answer)[0];
}
