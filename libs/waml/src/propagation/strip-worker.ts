import type { Control } from './control.js';
import { CANCELLED } from './layers.js';
import type { PropagationPlan, Segment } from './plan.js';
import { STAGED_EDGES, STAGED_ROWS, STAGING, StripLayout } from './strip-layout.js';

/** What assembly/kernel.ts exports; all numbers are addresses but for `rows`. */
interface Kernel {
  gather(
    x: number,
    s: number,
    offsets: number,
    neighbours: number,
    weights: number,
    rows: number,
    weighted: boolean,
    add: boolean,
  ): void;
  addSquares(s: number, norms: number, rows: number): void;
  mix(x: number, s: number, own: number, heard: number, norms: number, rows: number): void;
  scale(s: number, factors: number, rows: number): void;
}

/** One memory as one worker sees it: the kernel over it, and views of the worker's staging area. */
interface Bank {
  readonly kernel: Kernel;
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
  readonly weights: Float32Array;
  readonly own: Float32Array;
  readonly heard: Float32Array;
  readonly norms: Float64Array;
}

export interface StripJob {
  readonly kernel: WebAssembly.Module;
  readonly memories: readonly WebAssembly.Memory[];
  readonly plan: PropagationPlan;
  readonly rows: number;
  readonly columns: number;
  readonly workers: number;
  readonly alphas: readonly number[];
}

/** Rows whose strips, read and written, stay in the second-level cache while they are mixed and normalised. */
const MIXED_ROWS = 128;
/** Tasks per worker and phase at the least: the one that is slowed down leaves more of them to the others. */
const TASKS_PER_WORKER = 4;

/**
 * One worker's part of a propagation. A layer has two phases. *Gather*: tasks are strips (of a part of the rows, where
 * workers are many); a worker reads one strip of all rows, so that the caches hold as much of the graph as they can.
 * *Mix*: tasks are blocks of rows over all strips; what the phase needs of them stays in the cache. Nothing that is
 * computed depends on who computes it, so the result is the same to the bit for any number of workers.
 */
export class StripWorker {
  readonly #plan: PropagationPlan;
  readonly #layout: StripLayout;
  readonly #control: Control;
  readonly #staging: number;
  readonly #banks: readonly Bank[];
  readonly #norms = new Float64Array(MIXED_ROWS);
  readonly #own = new Float32Array(MIXED_ROWS);
  readonly #heard = new Float32Array(MIXED_ROWS);

  constructor(job: StripJob, worker: number, control: Control) {
    this.#plan = job.plan;
    this.#layout = new StripLayout(job.rows, job.columns, job.workers);
    this.#control = control;
    this.#staging = this.#layout.staging(worker);
    this.#banks = job.memories.map((memory) => bank(job.kernel, memory, this.#staging));
  }

  /** Runs all layers; side `alphas.length % 2` holds the result. */
  run(alphas: readonly number[]): void {
    alphas.forEach((alpha, layer) => {
      this.#gatherPhase(layer % 2);
      this.#control.barrier();
      this.#mixPhase(layer % 2, alpha, layer === alphas.length - 1);
      this.#control.barrier();
    });
  }

  #gatherPhase(side: number): void {
    const { strips, workers, rows } = this.#layout;
    const parts = Math.min(rows, Math.ceil((TASKS_PER_WORKER * workers) / strips));
    for (const task of this.#control.claim(strips * parts)) {
      const part = task % parts;
      const from = Math.floor((rows * part) / parts);
      const to = Math.floor((rows * (part + 1)) / parts);
      this.#plan.segments.forEach((segment, i) =>
        this.#gatherSegment(segment, i > 0, Math.floor(task / parts), side, from, to),
      );
    }
  }

  #gatherSegment(segment: Segment, add: boolean, strip: number, side: number, from: number, to: number): void {
    for (let row = from; row < to && !this.#control.stopped;) {
      const start = segment.offsets[row]!;
      const end = lastWithin(segment.offsets, row, Math.min(to, row + STAGED_ROWS), start + STAGED_EDGES);
      if (end > row) {
        this.#gatherRows(segment, add, strip, side, row, end, start, segment.offsets[end]!);
        row = end;
        continue;
      }
      // More neighbours than can be staged: the row in parts.
      const stop = segment.offsets[row + 1]!;
      for (let edge = start; edge < stop; edge += STAGED_EDGES)
        this.#gatherRows(
          segment,
          add || edge > start,
          strip,
          side,
          row,
          row + 1,
          edge,
          Math.min(edge + STAGED_EDGES, stop),
        );
      row++;
    }
  }

  #gatherRows(
    { offsets, neighbours, weights }: Segment,
    add: boolean,
    strip: number,
    side: number,
    row: number,
    end: number,
    firstEdge: number,
    lastEdge: number,
  ): void {
    const bank = this.#banks[this.#layout.memoryOf(strip)]!;
    bank.offsets.set(offsets.subarray(row, end + 1));
    if (end === row + 1) {
      bank.offsets[0] = firstEdge;
      bank.offsets[1] = lastEdge;
    }
    bank.neighbours.set(neighbours.subarray(firstEdge, lastEdge));
    if (weights) bank.weights.set(weights.subarray(firstEdge, lastEdge));
    bank.kernel.gather(
      this.#layout.address(strip, side, 0),
      this.#layout.address(strip, 1 - side, row),
      this.#staging + STAGING.offsets,
      // Offsets count from the segment's first edge, so position 0 lies before what is staged: modulo 2^32.
      (this.#staging + STAGING.neighbours - 4 * firstEdge) | 0,
      (this.#staging + STAGING.weights - 4 * firstEdge) | 0,
      end - row,
      weights !== undefined,
      add,
    );
  }

  #mixPhase(side: number, alpha: number, last: boolean): void {
    const { rows } = this.#layout;
    for (const task of this.#control.claim(Math.ceil(rows / MIXED_ROWS))) {
      const from = task * MIXED_ROWS;
      const count = Math.min(MIXED_ROWS, rows - from);
      this.#sumSquares(side, from, count);
      this.#setMix(alpha, from, count);
      this.#mix(side, from, count);
      this.#normalise(side, from, count, last);
    }
  }

  /** Norms ← squared lengths of the neighbour sums. */
  #sumSquares(side: number, from: number, count: number): void {
    this.#norms.fill(0);
    this.#banks.forEach(({ kernel, norms }, memory) => {
      norms.set(this.#norms.subarray(0, count));
      this.#eachStrip(memory, (strip) =>
        kernel.addSquares(this.#layout.address(strip, 1 - side, from), this.#staging + STAGING.norms, count),
      );
      this.#norms.set(norms.subarray(0, count));
    });
  }

  #setMix(alpha: number, from: number, count: number): void {
    for (let r = 0; r < count; r++) {
      const length = Math.sqrt(this.#norms[r]!);
      const heard = length > CANCELLED * this.#plan.weightSums[from + r]!;
      this.#own[r] = heard ? alpha : 1;
      this.#heard[r] = heard ? (1 - alpha) / length : 0;
    }
  }

  /** Norms ← squared lengths of the mixed rows. */
  #mix(side: number, from: number, count: number): void {
    this.#norms.fill(0);
    this.#banks.forEach(({ kernel, own, heard, norms }, memory) => {
      own.set(this.#own.subarray(0, count));
      heard.set(this.#heard.subarray(0, count));
      norms.set(this.#norms.subarray(0, count));
      this.#eachStrip(memory, (strip) =>
        kernel.mix(
          this.#layout.address(strip, side, from),
          this.#layout.address(strip, 1 - side, from),
          this.#staging + STAGING.own,
          this.#staging + STAGING.heard,
          this.#staging + STAGING.norms,
          count,
        ),
      );
      this.#norms.set(norms.subarray(0, count));
    });
  }

  /** For the next layer; the last layer's rows stay as they are, but for those that cancelled. */
  #normalise(side: number, from: number, count: number, last: boolean): void {
    let scaled = !last;
    for (let r = 0; r < count; r++) {
      const length = Math.sqrt(this.#norms[r]!);
      const cancelled = length <= CANCELLED;
      this.#own[r] = cancelled ? 0 : last ? 1 : 1 / length;
      scaled ||= cancelled;
    }
    if (!scaled) return;
    this.#banks.forEach(({ kernel, own }, memory) => {
      own.set(this.#own.subarray(0, count));
      this.#eachStrip(memory, (strip) =>
        kernel.scale(this.#layout.address(strip, 1 - side, from), this.#staging + STAGING.own, count),
      );
    });
  }

  #eachStrip(memory: number, action: (strip: number) => void): void {
    const { from, to } = this.#layout.stripsOf(memory);
    for (let strip = from; strip < to; strip++) action(strip);
  }
}

/** The greatest row of (from …) to whose offset is within `limit`; `from` where there is none. */
function lastWithin(offsets: Uint32Array, from: number, to: number, limit: number): number {
  if (offsets[to]! <= limit) return to;
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! <= limit) low = middle;
    else high = middle;
  }
  return low;
}

function bank(module: WebAssembly.Module, memory: WebAssembly.Memory, staging: number): Bank {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { buffer } = memory;
  return {
    kernel: exports as Kernel,
    offsets: new Uint32Array(buffer, staging + STAGING.offsets, STAGED_ROWS + 1),
    neighbours: new Uint32Array(buffer, staging + STAGING.neighbours, STAGED_EDGES),
    weights: new Float32Array(buffer, staging + STAGING.weights, STAGED_EDGES),
    own: new Float32Array(buffer, staging + STAGING.own, STAGED_ROWS),
    heard: new Float32Array(buffer, staging + STAGING.heard, STAGED_ROWS),
    norms: new Float64Array(buffer, staging + STAGING.norms, STAGED_ROWS),
  };
}
