import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { operator, ThawError } from '@thaw/contracts';
import { backoffMs, type Logger } from '@thaw/platform';
import type { RunKind } from './job.js';
import { Run, type RunRequest } from './run.js';
import type { RememberedRun } from './run-file.js';

const { RunState } = operator;

/** What a run came to. */
export type RunEnd =
  | { readonly state: typeof RunState.PUBLISHED; readonly version: string; readonly message: string }
  | { readonly state: typeof RunState.REJECTED; readonly version: string; readonly message: string };

export interface RunDeskOptions {
  /** Does one attempt of a run, from reading the graph to announcing the version. */
  readonly perform: (run: Run) => Promise<RunEnd>;
  readonly attempts: number;
  readonly logger: Logger;
  /** Told of each attempt that failed, and of the end of each run. */
  readonly onFailedAttempt: (run: Run, reason: ThawError) => void;
  readonly onEnd: (run: Run) => void;
  /** Keeps all runs, the oldest first: those that are not over must be started again after a crash of the trainer. */
  readonly remember: (runs: readonly Run[]) => void;
}

const BACKOFF = { firstMs: 2000, maxMs: 60_000, random: Math.random };
/** Runs that wait: operators ask for them one at a time, and more are a mistake. */
const MAX_QUEUED = 8;
/** Ended runs that can still be asked for. */
const MAX_REMEMBERED = 100;
/** A run that is cancelled has this long to end: longer than its process is waited for before it is killed. */
const CANCEL_MS = 5000;
/** Trying again could only end the same way. */
const FINAL = new Set(['RUN_CANCELLED', 'MODEL_TOO_LITTLE_DATA', 'CONFIG_INVALID']);

/** Takes runs and does one at a time, each as often as it takes within its attempts. */
export class RunDesk {
  private readonly runs = new Map<string, Run>();
  private readonly queue: Run[] = [];
  private working: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: RunDeskOptions) {}

  /** The run that is under way or waits first. */
  get current(): Run | undefined {
    return this.queue[0];
  }

  /** @throws ThawError RUN_QUEUE_FULL */
  start(kind: RunKind, reason: string, requestedBy = ''): Run {
    if (this.closed) throw new ThawError('RUN_CANCELLED', 'The trainer is shutting down: no run is started.');
    if (this.queue.length >= MAX_QUEUED) {
      throw new ThawError('RUN_QUEUE_FULL', `${MAX_QUEUED} runs wait already. Let them end, or cancel one.`);
    }
    const run = this.enqueue({ runId: randomUUID(), kind, reason, requestedBy, requestedAtMs: Date.now() });
    this.keep();
    return run;
  }

  /** Takes up what a trainer before this one left: runs that are over can be asked for, the others are started again. */
  restore(remembered: readonly RememberedRun[]): void {
    for (const { request, end } of remembered) {
      if (end === undefined) {
        this.enqueue(request);
        continue;
      }
      const run = new Run(request);
      run.update(end);
      this.runs.set(run.runId, run);
    }
  }

  /**
   * Ends a run, or one that waits before it begins, and waits until it has.
   *
   * @returns how it ended, which is otherwise where the command came too late; RUNNING where it still has not
   * @throws ThawError RUN_UNKNOWN
   */
  async cancel(runId: string): Promise<operator.RunState> {
    const run = this.find(runId);
    if (run.isOver) return run.state;
    run.cancelled.abort();
    if (run === this.current) await run.over(CANCEL_MS);
    else this.withdraw(run);
    return run.state;
  }

  /** The run of an id, if it is known. */
  known(runId: string): Run | undefined {
    return this.runs.get(runId);
  }

  /** @throws ThawError RUN_UNKNOWN */
  find(runId: string): Run {
    const run = this.known(runId);
    if (run !== undefined) return run;
    throw new ThawError('RUN_UNKNOWN', `There is no run ${runId}. \`thaw runs\` lists those that are known.`);
  }

  /** The newest first. */
  list(limit: number): Run[] {
    return [...this.runs.values()].reverse().slice(0, limit);
  }

  /** Runs that wait for the one that is under way. */
  get waiting(): number {
    return Math.max(0, this.queue.length - 1);
  }

  /** Cancels what runs and waits, and resolves when it has ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const run of this.queue) run.cancelled.abort();
    await this.working;
  }

  private enqueue(request: RunRequest): Run {
    const run = new Run(request);
    this.runs.set(run.runId, run);
    this.forgetOld();
    this.queue.push(run);
    this.working = this.working.then(() => this.work(run));
    return run;
  }

  /** One that has not begun. */
  private withdraw(run: Run): void {
    this.queue.splice(this.queue.indexOf(run), 1);
    this.end(run, { state: RunState.CANCELLED, message: 'cancelled before it began', version: undefined });
  }

  private async work(run: Run): Promise<void> {
    if (run.isOver) return;
    const { logger } = this.options;
    run.update({ state: RunState.RUNNING, startedAtMs: Date.now() });
    this.keep();
    logger.info({ runId: run.runId, kind: run.kind, reason: run.reason }, `${run.kind} started: ${run.reason}`);
    const end = await this.attempts(run);
    this.queue.shift();
    this.end(run, end);
  }

  private end(run: Run, end: Pick<Run, 'state' | 'message' | 'version'>): void {
    const { logger, onEnd } = this.options;
    run.update({ ...end, endedAtMs: Date.now() });
    logger.info(
      { runId: run.runId, version: run.version },
      `${run.kind} ${RunState[run.state].toLowerCase()}: ${run.message}`,
    );
    this.keep();
    onEnd(run);
  }

  /** One that the shutdown cancels is to be started again: what is kept says that it is not over. */
  private keep(): void {
    if (!this.closed) this.options.remember([...this.runs.values()]);
  }

  private async attempts(run: Run): Promise<Pick<Run, 'state' | 'message' | 'version'>> {
    const { perform, attempts, onFailedAttempt, logger } = this.options;
    const { signal } = run.cancelled;
    for (;;) {
      try {
        signal.throwIfAborted();
        return await perform(run);
      } catch (thrown) {
        if (signal.aborted) return { state: RunState.CANCELLED, message: 'cancelled', version: undefined };
        const reason = ThawError.from(thrown);
        onFailedAttempt(run, reason);
        run.update({ attempt: run.attempt + 1, message: reason.message });
        const isLast = run.attempt >= attempts || FINAL.has(reason.code);
        logger[isLast ? 'error' : 'warn'](
          { code: reason.code, err: reason, attempt: run.attempt },
          `${run.kind} failed: ${reason.message}`,
        );
        if (isLast) return { state: RunState.FAILED, message: reason.message, version: undefined };
        await delay(backoffMs(run.attempt - 1, BACKOFF), undefined, { signal }).catch(() => undefined); // cancelled
      }
    }
  }

  private forgetOld(): void {
    for (const [runId, run] of this.runs) {
      if (this.runs.size <= MAX_REMEMBERED) return;
      if (run.isOver) this.runs.delete(runId);
    }
  }
}
