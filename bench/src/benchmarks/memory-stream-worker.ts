import { parentPort } from 'node:worker_threads';

/** Well past any cache. */
const BYTES = 256 * 2 ** 20;

const from = new Float64Array(BYTES / 8).fill(1);
const to = new Float64Array(BYTES / 8).fill(2);

parentPort?.on('message', () => {
  const start = performance.now();
  to.set(from);
  parentPort?.postMessage((2 * BYTES * 1_000) / (performance.now() - start));
});
