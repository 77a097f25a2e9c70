import type { Logger } from '../logging/index.js';
import type { ChildSpec, OutputListener } from './spawn.js';
import { type ChildStatus, SupervisedChild } from './supervised-child.js';

export interface SupervisorOptions {
  readonly logger: Logger;
  /** Takes every line that a child writes, with the child's name. */
  readonly onLine: OutputListener;
  /** Uniform in [0, 1): spreads restarts. */
  readonly random: () => number;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly stableAfterMs?: number;
}

/** Runs child processes: restarts what ends, stops them last started first, leaves none behind. */
export class Supervisor {
  private readonly children: SupervisedChild[] = [];

  constructor(private readonly options: SupervisorOptions) {}

  start(spec: ChildSpec): void {
    const { logger, onLine, random, firstDelayMs = 500, maxDelayMs = 30_000, stableAfterMs = 60_000 } = this.options;
    const backoff = { firstMs: firstDelayMs, maxMs: maxDelayMs, random };
    const child = new SupervisedChild(spec, { logger, onLine, backoff, stableAfterMs });
    this.children.push(child);
    child.start();
  }

  statuses(): readonly ChildStatus[] {
    return this.children.map((child) => child.status());
  }

  /** Resolves when no child is left. When `signal` aborts, those that are left are killed. */
  async stop(signal: AbortSignal): Promise<void> {
    for (const child of this.children.toReversed()) await child.stop(signal);
  }
}
