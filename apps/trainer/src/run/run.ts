import { operator } from '@thaw/contracts';
import type { RunKind, Stage } from './job.js';
import { STAGES } from './job.js';

const { RunState } = operator;

/** What the parts of a run take of its time, roughly: by these the progress of the whole is told. */
const SHARES: Readonly<Record<RunKind, Readonly<Record<Stage, number>>>> = {
  full: { read: 2, choose: 50, fit: 20, train: 30, embed: 15, index: 8, write: 3, gate: 1, publish: 1 },
  'fine-tune': { read: 4, choose: 0, fit: 45, train: 15, embed: 30, index: 12, write: 6, gate: 1, publish: 2 },
};

/** What is known of a run when it is asked for. */
export interface RunRequest {
  readonly runId: string;
  readonly kind: RunKind;
  readonly reason: string;
  /** Name of the caller; empty: it comes by itself. */
  readonly requestedBy?: string;
  /** Unix epoch milliseconds. */
  readonly requestedAtMs: number;
}

/** What changes of a run while it goes on; times are Unix epoch milliseconds. */
export type RunChange = Partial<
  Pick<Run, 'state' | 'stage' | 'fraction' | 'message' | 'attempt' | 'version' | 'startedAtMs' | 'endedAtMs'>
>;

/** One run as operators see it, from the moment that it is asked for. */
export class Run {
  readonly runId: string;
  readonly kind: RunKind;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  state = RunState.QUEUED;
  stage: Stage = 'read';
  fraction = 0;
  message = '';
  attempt = 0;
  /** The version that came of it. */
  version: string | undefined;
  startedAtMs: number | undefined;
  endedAtMs: number | undefined;
  readonly cancelled = new AbortController();
  private readonly watchers = new Set<() => void>();

  constructor({ runId, kind, reason, requestedBy = '', requestedAtMs }: RunRequest) {
    this.runId = runId;
    this.kind = kind;
    this.reason = reason;
    this.requestedBy = requestedBy;
    this.requestedAtMs = requestedAtMs;
  }

  get isOver(): boolean {
    return this.state !== RunState.QUEUED && this.state !== RunState.RUNNING;
  }

  /** 0 to 1 over all stages. */
  get progress(): number {
    if (this.isOver) return 1;
    const shares = SHARES[this.kind];
    const before = STAGES.slice(0, STAGES.indexOf(this.stage)).reduce((sum, stage) => sum + shares[stage], 0);
    const total = STAGES.reduce((sum, stage) => sum + shares[stage], 0);
    return (before + shares[this.stage] * this.fraction) / total;
  }

  /** Seconds to the end at the pace so far; negative while that says nothing. */
  etaSeconds(nowMs: number): number {
    if (this.isOver) return 0;
    if (this.startedAtMs === undefined || this.progress < 0.05) return -1;
    return (((nowMs - this.startedAtMs) / 1000) * (1 - this.progress)) / this.progress;
  }

  /** Changes the run and tells those who watch it. */
  update(change: RunChange): void {
    Object.assign(this, change);
    for (const watcher of this.watchers) watcher();
  }

  /** @returns ends the watching */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Resolves when it is over, or the time is up. */
  async over(timeoutMs: number): Promise<void> {
    if (this.isOver) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      const stop = this.watch(() => {
        if (this.isOver) done();
      });
    });
  }
}
