import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * What the machine's memory gives to `threads` threads that copy large blocks, in bytes read and written per second: the
 * measure (McCalpin's STREAM, "copy") for whatever is bound by memory. The best of a few rounds.
 */
export async function streamBytesPerSecond(threads: number): Promise<number> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('../../dist/benchmarks/memory-stream-worker.js', import.meta.url)),
  );
  const round = async (): Promise<number> => {
    const rates = workers.map(async (worker) => {
      const answer = once(worker, 'message') as Promise<[number]>;
      worker.postMessage('copy');
      return (await answer)[0];
    });
    return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
  };
  try {
    let best = 0;
    for (let i = 0; i < 5; i++) best = Math.max(best, await round());
    return best;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
