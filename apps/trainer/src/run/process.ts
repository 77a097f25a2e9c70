import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ThawError } from '@thaw/contracts';
import { clientSecurity, loadConfig, processEnvironment } from '@thaw/platform';
import { poolPropagation, PropagationPool } from '@thaw/waml';
import { ALIVE_EVERY_MS, type RunJob, type RunMessage, type Stage } from './job.js';
import { train } from './train.js';

/** A run as a process of its own: the job comes by IPC, and so does everything that it says. */

/** Progress is for people: more often than this tells them nothing. */
const PROGRESS_EVERY_MS = 100;

const send = (message: RunMessage): void => void process.send?.(message);
const cancelled = new AbortController();
// Without its trainer nobody wants what the run makes.
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => cancelled.abort(new ThawError('RUN_CANCELLED', 'The run was cancelled.')));
process.once('message', (job: RunJob) => {
  const alive = setInterval(() => send({ type: 'alive' }), ALIVE_EVERY_MS);
  run(job)
    .catch((thrown: unknown) => {
      const { code, message } = ThawError.from(thrown);
      send({ type: 'failed', code, message });
    })
    .finally(() => {
      clearInterval(alive);
      process.disconnect();
    });
});

async function run(job: RunJob): Promise<void> {
  const { config } = loadConfig(processEnvironment());
  const kernel = await readFile(fileURLToPath(import.meta.resolve('@thaw/waml/kernel.wasm')));
  const pool = await PropagationPool.open({ kernel, workers: job.workers });
  try {
    const outcome = await train(job, {
      propagate: poolPropagation(pool),
      security: clientSecurity(config),
      nowMs: () => performance.now(),
      report: throttled(),
      reportTraining: (training) => send({ type: 'training', training }),
      note: (message, fields = {}) => send({ type: 'note', message, fields }),
      signal: cancelled.signal,
    });
    send({ type: 'done', outcome });
  } finally {
    await pool.close();
  }
}

function throttled(): (stage: Stage, fraction: number, what: string) => void {
  let last: { readonly stage: Stage; readonly atMs: number } | undefined;
  return (stage, fraction, what) => {
    const nowMs = performance.now();
    if (last?.stage === stage && nowMs - last.atMs < PROGRESS_EVERY_MS) return;
    last = { stage, atMs: nowMs };
    send({ type: 'progress', stage, fraction, what });
  };
}
