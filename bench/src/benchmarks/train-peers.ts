import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TrainJob, TrainReport } from './train-worker.js';

/** The exit code of train-worker.ts without its backend, and of train_torch.py without PyTorch. */
const MISSING = 3;

/** Runs a job in a process of its own. Gives the reason, on one line, where its backend is not here. */
export async function trainOurs(job: TrainJob, signal: AbortSignal): Promise<TrainReport | string> {
  const worker = fileURLToPath(new URL('./train-worker.js', import.meta.url));
  const output = await runAlone(process.execPath, [worker, JSON.stringify(job)], signal);
  return typeof output === 'string' ? output : (JSON.parse(output.stdout) as TrainReport);
}

/** The same steps in PyTorch on the CPU. Gives the reason where there is none. */
export async function trainInTorch(
  job: TrainJob,
  python: string,
  threads: number,
  signal: AbortSignal,
): Promise<number | string> {
  const script = fileURLToPath(new URL('../../peers/train_torch.py', import.meta.url));
  const { edges, dimensions, blocks, dropout, seconds, runs } = job;
  const settings = { edges, dimensions, blocks, dropout, seconds, runs, threads };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const output = await runAlone(python, [script, ...args], signal);
  if (typeof output === 'string') return `${python} has no PyTorch; give --python a Python that has`;
  return (JSON.parse(output.stdout) as { readonly steps_per_second: number }).steps_per_second;
}

async function runAlone(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ stdout: string } | string> {
  try {
    return await promisify(execFile)(command, args, { signal });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code !== MISSING && error.code !== 'ENOENT') throw error;
    const { stderr } = error as Error & { stderr?: string };
    return stderr?.trim().split('\n').at(-1) ?? error.message;
  }
}
