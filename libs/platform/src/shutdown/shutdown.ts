import type { Logger } from '../logging/index.js';

/** Closes one thing. The signal aborts when the budget is used up. */
export type StopStep = (signal: AbortSignal) => Promise<void> | void;

export interface ShutdownOptions {
  /** Time that all steps together may take, milliseconds. */
  readonly budgetMs: number;
  readonly logger: Logger;
}

export interface ShutdownReport {
  readonly reason: string;
  /** Whether every step ended well and in time. */
  readonly clean: boolean;
  readonly steps: readonly { readonly name: string; readonly outcome: 'done' | 'failed' | 'late' | 'skipped' }[];
}

type Outcome = ShutdownReport['steps'][number]['outcome'];

/**
 * Closes what was opened, last opened first, within one budget for all. A step that fails or is late does not keep the
 * later ones from running; once the budget is used up the rest is skipped, because the process is about to end anyway.
 */
export class Shutdown {
  private readonly steps: { readonly name: string; readonly stop: StopStep }[] = [];
  private running: Promise<ShutdownReport> | undefined;
  private readonly requested = new AbortController();

  constructor(private readonly options: ShutdownOptions) {}

  /** Aborts as soon as a shutdown begins: for loops and waits that should not outlive it. */
  get signal(): AbortSignal {
    return this.requested.signal;
  }

  /** Registers how to close what has just been opened. Before what was registered earlier, after what comes later. */
  add(name: string, stop: StopStep): void {
    this.steps.push({ name, stop });
  }

  /** Runs the steps; called again, it answers with the same run. */
  run(reason: string): Promise<ShutdownReport> {
    this.running ??= this.runSteps(reason);
    return this.running;
  }

  private async runSteps(reason: string): Promise<ShutdownReport> {
    const { budgetMs, logger } = this.options;
    logger.info({ reason, budgetMs }, 'shutting down');
    this.requested.abort(new Error(`shutting down: ${reason}`));
    const budget = AbortSignal.timeout(budgetMs);
    const steps: ShutdownReport['steps'][number][] = [];
    for (const { name, stop } of this.steps.toReversed()) {
      const startedAt = performance.now();
      const outcome = budget.aborted ? 'skipped' : await this.runStep(name, stop, budget);
      const took = { step: name, outcome, durationMs: Math.round(performance.now() - startedAt) };
      if (outcome === 'done') logger.debug(took, 'shutdown step');
      else logger.error(took, 'shutdown step');
      steps.push({ name, outcome });
    }
    const clean = steps.every(({ outcome }) => outcome === 'done');
    logger.info({ clean }, 'shut down');
    return { reason, clean, steps };
  }

  private async runStep(name: string, stop: StopStep, budget: AbortSignal): Promise<Outcome> {
    let onAbort: (() => void) | undefined;
    const late = new Promise<Outcome>((resolve) => {
      onAbort = () => resolve('late');
      budget.addEventListener('abort', onAbort, { once: true });
    });
    const stopped = async (): Promise<Outcome> => {
      try {
        await stop(budget);
        return 'done';
      } catch (error) {
        this.options.logger.error({ err: error, step: name }, 'shutdown step failed');
        return 'failed';
      }
    };
    try {
      return await Promise.race([stopped(), late]);
    } finally {
      if (onAbort !== undefined) budget.removeEventListener('abort', onAbort);
    }
  }
}
