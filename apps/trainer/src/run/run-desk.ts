import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { operator, ThawError } from '@thaw/contracts';
import { backoffMs, type Logger } from '@thaw/platform';
import type { RunKind } from './job.js';
import { Run } from './run.js';

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
  /** Keeps what must be started again after a crash of the trainer; undefined: nothing. */
  readonly remember: (run: Run | undefined) => void;
}

const BACKOFF = { firstMs: 2000, maxMs: 60_000, random: Math.random };
/** Runs that wait: operators ask for them one at a time, and more are a mistake. */
const MAX_QUEUED = 8;
/** Ended runs that can still be asked for. */
const MAX_REMEMBERED = 100;
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
  start(kind: RunKind, reason: string, runId: string = randomUUID()): Run {
    if (this.closed) throw new ThawError('RUN_CANCELLED', 'The trainer is shutting down: no run is started.');
    if (this.queue.length >= MAX_QUEUED) {
      throw new ThawError('RUN_QUEUE_FULL', `${MAX_QUEUED} runs wait already. Let them end, or cancel one.`);
    }
    const run = new Run(runId, kind, reason);
    this.runs.set(runId, run);
    this.forgetOld();
    this.queue.push(run);
    this.working = this.working.then(() => this.work(run));
    return run;
  }

  /** @throws ThawError RUN_UNKNOWN */
  find(runId: string): Run {
    const run = this.runs.get(runId);
    if (run !== undefined) return run;
    throw new ThawError('RUN_UNKNOWN', `There is no run ${runId}. Runs are forgotten when the trainer starts anew.`);
  }

  /** The newest run; undefined before the first. */
  newest(): Run | undefined {
    return [...this.runs.values()].at(-1);
  }

  /** Cancels what runs and waits, and resolves when it has ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const run of this.queue) run.cancelled.abort();
    await this.working;
  }

  private async work(run: Run): Promise<void> {
    const { logger, remember, onEnd } = this.options;
    run.update({ state: RunState.RUNNING, startedAtMs: Date.now() });
    remember(run);
    logger.info({ runId: run.runId, kind: run.kind, reason: run.reason }, `${run.kind} started: ${run.reason}`);
    run.update(await this.attempts(run));
    logger.info(
      { runId: run.runId, version: run.version },
      `${run.kind} ${RunState[run.state].toLowerCase()}: ${run.message}`,
    );
    this.queue.shift();
    // One that the shutdown cancelled is to be started again.
    if (!this.closed) remember(undefined);
    onEnd(run);
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
