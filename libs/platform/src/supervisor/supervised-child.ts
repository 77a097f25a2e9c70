import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logging/index.js';
import { type BackoffOptions, backoffMs } from './backoff.js';
import { type ChildSpec, type OutputListener, spawnBound } from './spawn.js';

/** `failed`: it ended in a way that starting it again cannot cure. */
export type ChildState = 'running' | 'restarting' | 'failed' | 'stopping' | 'stopped';

/** EX_CONFIG of sysexits.h: a child that exits with it needs a person, not another try. */
const EXIT_NEEDS_A_PERSON = 78;

export interface ChildStatus {
  readonly name: string;
  readonly state: ChildState;
  /** Process id while one runs. */
  readonly pid: number | undefined;
  readonly restarts: number;
  /** How the last process ended, for people: `exit code 1`, `SIGKILL`. */
  readonly lastExit: string | undefined;
}

export interface ChildOptions {
  readonly logger: Logger;
  readonly onLine: OutputListener;
  readonly backoff: BackoffOptions;
  /** A process that ran this long starts over at the first delay, milliseconds. */
  readonly stableAfterMs: number;
}

interface Exit {
  readonly description: string;
  readonly code: number | null;
}

/** Keeps one child process running until it is told to stop. */
export class SupervisedChild {
  private process: ChildProcess | undefined;
  private state: ChildState = 'stopped';
  private restarts = 0;
  private lastExit: string | undefined;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly spec: ChildSpec,
    private readonly options: ChildOptions,
  ) {}

  start(): void {
    this.loop = this.keepRunning();
  }

  status(): ChildStatus {
    const { state, restarts, lastExit } = this;
    const pid = state === 'running' || state === 'stopping' ? this.process?.pid : undefined;
    return { name: this.spec.name, state, pid, restarts, lastExit };
  }

  /** Closes the child's input and sends SIGTERM; SIGKILL when `signal` aborts. Resolves when the process is gone. */
  async stop(signal: AbortSignal): Promise<void> {
    this.stopping.abort();
    const child = this.process;
    const kill = () => child?.kill('SIGKILL');
    if (child?.exitCode === null && child.signalCode === null) {
      this.state = 'stopping';
      child.stdin?.end();
      child.kill('SIGTERM');
      if (signal.aborted) kill();
      signal.addEventListener('abort', kill, { once: true });
    }
    await this.loop;
    signal.removeEventListener('abort', kill);
    this.state = 'stopped';
  }

  private async keepRunning(): Promise<void> {
    const { logger, backoff, stableAfterMs } = this.options;
    for (let attempt = 0; !this.isStopping(); attempt++) {
      const startedAt = performance.now();
      const { description, code } = await this.runOnce();
      this.lastExit = description;
      if (this.isStopping()) return;
      if (code === EXIT_NEEDS_A_PERSON) {
        this.state = 'failed';
        logger.error(
          { app: this.spec.name, ended: description },
          'ended for good; its log says what has to be changed',
        );
        return;
      }
      if (performance.now() - startedAt >= stableAfterMs) attempt = 0;
      this.state = 'restarting';
      const waitMs = backoffMs(attempt, backoff);
      logger.warn({ app: this.spec.name, ended: description, waitMs }, 'ended unexpectedly; starting it again');
      if (!(await waited(waitMs, this.stopping.signal))) return;
      this.restarts++;
    }
  }

  /** Asked anew each time: it changes while this waits. */
  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private runOnce(): Promise<Exit> {
    const child = spawnBound(this.spec, this.options.onLine);
    this.process = child;
    this.state = 'running';
    return new Promise((resolve) => {
      child.once('error', (error) => resolve({ description: error.message, code: null }));
      child.once('close', (code, signal) => resolve({ description: signal ?? `exit code ${String(code)}`, code }));
    });
  }
}

/** Whether the time went by; false when `signal` came first. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
