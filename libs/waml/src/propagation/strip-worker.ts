import { openBank } from './bank.js';
import { BlockMixer } from './block-mixer.js';
import type { Control } from './control.js';
import { Gatherer } from './gatherer.js';
import type { PropagationInput } from './input.js';
import type { PropagationPlan } from './plan.js';
import { BLOCK_ROWS, StripLayout } from './strip-layout.js';

/** A propagation as all its workers are told of it; every array in it is in shared memory. */
export interface StripJob {
  readonly kernel: WebAssembly.Module;
  readonly memories: readonly WebAssembly.Memory[];
  readonly plan: PropagationPlan;
  readonly columns: number;
  readonly workers: number;
  readonly alphas: readonly number[];
  readonly normalise: boolean;
  readonly input: PropagationInput;
  /** `[rows, columns]` for h^K; without it, it stays in the strips. */
  readonly result: Float32Array | undefined;
  /** `[rows, columns]` each, for h¹ to h^{K−1} with rows of length 1 or 0; none where they are not wanted. */
  readonly layers: readonly Float32Array[];
}

/** Tasks per worker and strip: one that is slowed down leaves more of them to the others. */
const TASKS_PER_WORKER = 2;

/**
 * One worker's part of a propagation. A layer has two phases. *Gather*: tasks are parts of the rows of one strip, strip
 * after strip, so that all workers read the same strip and the shared cache holds as much of it as it can.
 * *Mix*: tasks are blocks of rows over all strips; what the phase needs of them stays in the cache. Nothing that is
 * computed depends on who computes it, so the result is the same to the bit for any number of workers.
 */
export class StripWorker {
  readonly #job: StripJob;
  readonly #layout: StripLayout;
  readonly #control: Control;
  readonly #gatherer: Gatherer;
  readonly #mixer: BlockMixer;

  constructor(job: StripJob, worker: number, control: Control) {
    this.#job = job;
    this.#control = control;
    this.#layout = new StripLayout(job.plan.rows, job.columns, job.workers);
    const banks = job.memories.map((memory, i) => openBank(job.kernel, memory, this.#layout, i, worker));
    this.#gatherer = new Gatherer(this.#layout, banks, control);
    this.#mixer = new BlockMixer(job.plan, this.#layout, banks, job.normalise);
  }

  /** Runs all layers; side `alphas.length % 2` holds the result. Ends early, at any point, once the control stops. */
  run(): void {
    const { input, alphas, result, layers } = this.#job;
    let going = this.#eachBlock((from, count) => this.#mixer.carryIn(input, from, count));
    for (let layer = 0; going && layer < alphas.length; layer++) {
      const side = layer % 2;
      const last = layer === alphas.length - 1;
      const kept = last ? undefined : layers[layer];
      going =
        this.#gather(side) &&
        this.#eachBlock((from, count) => {
          this.#mixer.mix(side, alphas[layer]!, last, from, count);
          if (kept) this.#mixer.carryOut(kept, 1 - side, from, count);
        });
    }
    if (going && result) this.#eachBlock((from, count) => this.#mixer.carryOut(result, alphas.length % 2, from, count));
  }

  /** @returns whether to go on, as `#eachBlock` does */
  #gather(side: number): boolean {
    const { strips, workers, rows } = this.#layout;
    const parts = Math.min(rows, TASKS_PER_WORKER * workers);
    for (const task of this.#control.claim(strips * parts)) {
      const part = task % parts;
      const stretch = {
        strip: Math.floor(task / parts),
        side,
        from: Math.floor((rows * part) / parts),
        to: Math.floor((rows * (part + 1)) / parts),
      };
      this.#job.plan.segments.forEach((segment, i) => this.#gatherer.gather(segment, i > 0, stretch));
    }
    return this.#control.barrier();
  }

  #eachBlock(action: (from: number, count: number) => void): boolean {
    const { rows } = this.#layout;
    for (const task of this.#control.claim(Math.ceil(rows / BLOCK_ROWS))) {
      const from = task * BLOCK_ROWS;
      action(from, Math.min(BLOCK_ROWS, rows - from));
    }
    return this.#control.barrier();
  }
}
