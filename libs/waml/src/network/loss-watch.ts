import type { LossWatchState } from './training-run.js';

const SMOOTHING = 0.95;
/** Before it the smoothed loss is mostly its first steps. */
const SETTLED_STEPS = 20;

/** Smooths the loss of the steps, and says when training has diverged. */
export class LossWatch {
  private state: LossWatchState;

  constructor(
    /** Times the least smoothed loss. */
    private readonly limit: number,
    state: LossWatchState = { steps: 0 },
  ) {
    this.state = state;
  }

  /** None before the first step. */
  get smoothed(): number | undefined {
    return this.state.smoothed;
  }

  /** Takes a step's loss. @returns why training cannot go on; undefined when it can */
  add(loss: number, step: number): string | undefined {
    if (!Number.isFinite(loss)) return `the loss of step ${step} is ${loss}: lower the learning rate`;
    const { smoothed: before = loss, least = Infinity, steps } = this.state;
    const smoothed = SMOOTHING * before + (1 - SMOOTHING) * loss;
    if (steps + 1 < SETTLED_STEPS) {
      this.state = { smoothed, steps: steps + 1 };
      return undefined;
    }
    this.state = { smoothed, least: Math.min(least, smoothed), steps: steps + 1 };
    if (smoothed <= this.limit * least) return undefined;
    return `the loss rose from ${least.toPrecision(3)} to ${smoothed.toPrecision(3)} by step ${step}: lower the learning rate`;
  }

  snapshot(): LossWatchState {
    return this.state;
  }
}
