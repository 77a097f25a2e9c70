import { parentPort } from 'node:worker_threads';

/** Iterations between two looks at the clock: some 0.1 ms. */
const CHUNK = 100_000;
/** A chunk that takes this long was not computed all the time. */
const STALL_MS = 2;

/** What came of one spin. */
export interface Spun {
  readonly iterationsPerMs: number;
  /** Share of the time in chunks that the machine held up. */
  readonly stalledShare: number;
  readonly longestStallMs: number;
}

let state = 1;

/** Arithmetic that touches no memory, for as long as told. */
function spin(milliseconds: number): Spun {
  const start = performance.now();
  let iterations = 0;
  let stalledMs = 0;
  let longestStallMs = 0;
  let now = start;
  do {
    for (let i = 0; i < CHUNK; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    iterations += CHUNK;
    const tookMs = performance.now() - now;
    now += tookMs;
    if (tookMs < STALL_MS) continue;
    stalledMs += tookMs;
    longestStallMs = Math.max(longestStallMs, tookMs);
  } while (now < start + milliseconds);
  const wallMs = now - start;
  return { iterationsPerMs: iterations / wallMs, stalledShare: stalledMs / wallMs, longestStallMs };
}

parentPort?.on('message', (milliseconds: number) => parentPort?.postMessage(spin(milliseconds)));
