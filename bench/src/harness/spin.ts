import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Spun } from './spin-worker.js';

const SPIN_MS = 300;
const STALL_SPIN_MS = 4_000;

/**
 * How many cores are really free: the work that `threads` threads do at the same time, over the work of one thread
 * alone. The one alone is taken by its CPU time, so that a core which others use does not pass for a slow one.
 */
export async function freeCores(threads: number): Promise<number> {
  return await withWorkers(threads, async (workers) => {
    const before = process.cpuUsage();
    const start = performance.now();
    const { iterationsPerMs: perWallMs } = await spin(workers[0]!, SPIN_MS);
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    const perCpuMs = perWallMs * Math.max(1, wallMs / ((user + system) / 1_000));
    const together = await Promise.all(workers.map((worker) => spin(worker, SPIN_MS)));
    return together.reduce((sum, { iterationsPerMs }) => sum + iterationsPerMs, 0) / perCpuMs;
  });
}

/**
 * How the machine holds up threads that never wait, one on each core: no tail of anything that is measured on it can be
 * shorter. A hypervisor that gives a virtual machine less than all the time shows here, and nowhere else.
 */
export async function machineStalls(threads: number): Promise<Omit<Spun, 'iterationsPerMs'>> {
  return await withWorkers(threads, async (workers) => {
    const spun = await Promise.all(workers.map((worker) => spin(worker, STALL_SPIN_MS)));
    return {
      stalledShare: spun.reduce((sum, { stalledShare }) => sum + stalledShare, 0) / threads,
      longestStallMs: Math.max(...spun.map(({ longestStallMs }) => longestStallMs)),
    };
  });
}

async function withWorkers<T>(threads: number, use: (workers: readonly Worker[]) => Promise<T>): Promise<T> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('../../dist/harness/spin-worker.js', import.meta.url)),
  );
  try {
    await Promise.all(workers.map((worker) => spin(worker, 1))); // started, and its code compiled
    return await use(workers);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function spin(worker: Worker, milliseconds: number): Promise<Spun> {
  const answer = once(worker, 'message') as Promise<[Spun]>;
  worker.postMessage(milliseconds);
  return (await answer)[0];
}
