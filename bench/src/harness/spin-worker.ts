import { parentPort } from 'node:worker_threads';

/** Iterations between two looks at the clock: some 0.1 ms. */
const CHUNK = 100_000;

let state = 1;

/** Iterations of arithmetic that touches no memory, for as long as told. */
function spin(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let iterations = 0;
  do {
    for (let i = 0; i < CHUNK; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    iterations += CHUNK;
  } while (performance.now() < end);
  return iterations;
}

parentPort?.on('message', (milliseconds: number) => {
  const start = performance.now();
  const iterations = spin(milliseconds);
  parentPort?.postMessage(iterations / (performance.now() - start));
});
