import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ThawError } from '@thaw/contracts';
import { hasParentDeathSignal } from '@thaw/platform';
import type { RunJob, RunMessage, RunOutcome, Stage, TrainingReport } from './job.js';

export interface RunProcessOptions {
  readonly job: RunJob;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Silence after which it counts as hung. */
  readonly hangMs: number;
  readonly onProgress: (stage: Stage, fraction: number, what: string) => void;
  readonly onTraining: (training: TrainingReport) => void;
  /** What the process has to say for the log. */
  readonly onNote: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Lines that the process wrote, for the log. */
  readonly onLine: (line: string) => void;
  /** Cancels: the process is asked to end, and killed if it does not. */
  readonly signal: AbortSignal;
}

// Processes run from dist/, also under test.
const ENTRY = fileURLToPath(new URL('../../dist/run/process.js', import.meta.url));
/** From being asked to end to being killed. */
const PATIENCE_MS = 2000;

/**
 * Does one run in a process of its own, so that neither its memory nor its crashes nor its long computations reach the
 * trainer.
 *
 * @throws ThawError what the run failed with; RUN_CRASHED when its process ended before it was done (killed, out of
 *   memory), RUN_HUNG when nothing was heard of it, RUN_CANCELLED by the signal
 */
export async function runInProcess(options: RunProcessOptions): Promise<RunOutcome> {
  const { job, environment, hangMs, onProgress, onTraining, onNote, onLine, signal } = options;
  signal.throwIfAborted();
  const child = fork(ENTRY, [], {
    env: environment,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // The kernel ends it with the trainer: it may be in the middle of a computation, and hear of nothing.
    ...(hasParentDeathSignal() && { execPath: 'setpriv', execArgv: ['--pdeathsig', 'KILL', process.execPath] }),
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line !== '') onLine(line);
    });
  }
  return await new Promise<RunOutcome>((resolve, reject) => {
    let outcome: RunOutcome | undefined;
    let failure: ThawError | undefined;
    let patience: NodeJS.Timeout | undefined;
    const kill = (): void => void child.kill('SIGKILL');
    const giveUp = (reason: ThawError): void => {
      failure ??= reason;
      child.kill('SIGTERM');
      patience ??= setTimeout(kill, PATIENCE_MS);
    };
    const hung = (): void => {
      failure ??= new ThawError('RUN_HUNG', `Nothing was heard of the run for ${hangMs / 1000} s: it was ended.`);
      kill();
    };
    let silence = setTimeout(hung, hangMs);
    const cancel = (): void => giveUp(new ThawError('RUN_CANCELLED', 'The run was cancelled.'));
    signal.addEventListener('abort', cancel, { once: true });
    child.on('message', (message: RunMessage) => {
      clearTimeout(silence);
      silence = setTimeout(hung, hangMs);
      if (message.type === 'progress') onProgress(message.stage, message.fraction, message.what);
      else if (message.type === 'training') onTraining(message.training);
      else if (message.type === 'note') onNote(message.message, message.fields);
      else if (message.type === 'done') outcome = message.outcome;
      else if (message.type === 'failed') failure ??= new ThawError(message.code, message.message);
    });
    child.once('error', (cause) => {
      failure ??= new ThawError('RUN_CRASHED', `The process of the run could not be started: ${cause.message}`, {
        cause,
      });
    });
    child.once('close', (code, killedBy) => {
      clearTimeout(silence);
      clearTimeout(patience);
      signal.removeEventListener('abort', cancel);
      if (failure !== undefined) reject(failure);
      else if (outcome !== undefined) resolve(outcome);
      else reject(crashed(code, killedBy));
    });
    child.send(job, (error) => {
      // One that ended at once says why when it closes.
      if (error !== null) onLine(`the job did not reach the process of the run: ${error.message}`);
    });
  });
}

function crashed(code: number | null, killedBy: NodeJS.Signals | null): ThawError {
  const how = killedBy === null ? `exit code ${code ?? 'unknown'}` : killedBy;
  const memory =
    killedBy === 'SIGABRT' || killedBy === 'SIGKILL' || code === 134 ? ' It may have run out of memory.' : '';
  return new ThawError('RUN_CRASHED', `The process of the run ended before it was done (${how}).${memory}`, {
    details: { how },
  });
}
