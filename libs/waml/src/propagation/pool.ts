import { setImmediate } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import { Control } from './control.js';
import { checkAlphas, checkInput, PAPER_ALPHAS } from './layers.js';
import { Memories } from './memories.js';
import type { PropagationPlan } from './plan.js';
import { planPropagation } from './plan.js';
import { PoolThread, propagationFailed } from './pool-thread.js';
import type { PropagationGraph } from './propagation-graph.js';
import { StripLayout } from './strip-layout.js';
import { StripMatrix } from './strip-matrix.js';

export interface PropagateOptions {
  /** Columns d. */
  readonly dimensions: number;
  /** One α per layer; their number is K. The paper's five where absent. */
  readonly alphas?: readonly number[];
  /** Looked at all the time: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Rows of a matrix that need not be in one piece of memory. */
export interface RowPort {
  /** Writes row `row` of h⁰ to `into`, which is `[dimensions]` and zero. */
  read(row: number, into: Float32Array): void;
  /** Takes row `row` of h^K; `from` is `[dimensions]` and used again for the next row. */
  write(row: number, from: Float32Array): void;
}

export interface PropagationPoolOptions {
  /** The bytes of `@thaw/waml/kernel.wasm`. */
  readonly kernel: Uint8Array;
  /** Threads, at least 1. */
  readonly workers: number;
}

/** Rows that are carried in or out before other work of the process gets its turn. */
const ROWS_PER_TURN = 8192;

/**
 * Propagation on worker threads, for graphs of any size that the machine holds: 8 bytes per row and column (columns
 * rounded up to 16), and about 12 bytes per direction of an edge. One propagation runs at a time; the others wait.
 */
export class PropagationPool {
  readonly #kernel: WebAssembly.Module;
  readonly #size: number;
  readonly #memories = new Memories();
  #threads: PoolThread[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(kernel: WebAssembly.Module, size: number) {
    this.#kernel = kernel;
    this.#size = size;
  }

  /** @throws ThawError PROPAGATION_INPUT_INVALID when the kernel is no WebAssembly or `workers` no positive integer. */
  static async open({ kernel, workers }: PropagationPoolOptions): Promise<PropagationPool> {
    if (!Number.isSafeInteger(workers) || workers < 1)
      throw new ThawError(
        'PROPAGATION_INPUT_INVALID',
        `Cannot propagate with ${workers} workers: give 1 or more, best the number of cores.`,
      );
    try {
      return new PropagationPool(await WebAssembly.compile(kernel), workers);
    } catch (cause) {
      throw new ThawError(
        'PROPAGATION_INPUT_INVALID',
        'The propagation kernel is not valid WebAssembly for this machine: run `npm run build` anew.',
        { cause },
      );
    }
  }

  /**
   * h^K of METHOD's WAML layers, as {@link propagateReference} states them, to a relative error of 1e-6 and the same to
   * the bit for any number of workers.
   *
   * @param h `[rows, d]`, row-major; not changed
   * @returns `[rows, d]`
   * @throws ThawError PROPAGATION_INPUT_INVALID, PROPAGATION_MEMORY_REFUSED or PROPAGATION_WORKER_FAILED; the reason of
   *   the signal when it aborts.
   */
  async propagate(graph: PropagationGraph, h: Float32Array, options: PropagateOptions): Promise<Float32Array> {
    const { dimensions } = options;
    checkInput(graph, h, dimensions);
    const result = new Float32Array(h.length);
    await this.propagateRows(graph, options, {
      read: (row, into) => into.set(h.subarray(row * dimensions, (row + 1) * dimensions)),
      write: (row, from) => result.set(from, row * dimensions),
    });
    return result;
  }

  /** The same, row by row: for matrices that no array can hold. What `read` and `write` throw ends it. */
  async propagateRows(graph: PropagationGraph, options: PropagateOptions, rows: RowPort): Promise<void> {
    checkAlphas(options.alphas ?? PAPER_ALPHAS);
    const turn = this.#last.then(() => this.#run(graph, options, rows));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the threads, and with them a propagation that runs: it rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#endThreads();
    await this.#last;
    this.#memories.release();
  }

  async #run(graph: PropagationGraph, options: PropagateOptions, rows: RowPort): Promise<void> {
    const { dimensions, alphas = PAPER_ALPHAS, signal } = options;
    signal?.throwIfAborted();
    if (graph.rows === 0) return;
    const layout = new StripLayout(graph.rows, dimensions, this.#size);
    if (!this.#memories.fit(layout)) {
      // The old memory is given back for sure only when the threads that see it are gone.
      await this.#endThreads();
      this.#memories.release();
    }
    const memories = this.#memories.for(layout);
    const matrix = new StripMatrix(layout, memories);
    const plan = planPropagation(graph);
    const row = new Float32Array(dimensions);
    await inTurns(graph.rows, signal, (v) => {
      row.fill(0);
      rows.read(v, row);
      matrix.writeNormalised(plan.places[v]!, 0, row);
    });
    await this.#runThreads(plan, layout, memories, alphas, signal);
    await inTurns(graph.rows, signal, (v) => {
      matrix.read(plan.places[v]!, alphas.length % 2, row);
      rows.write(v, row);
    });
  }

  async #runThreads(
    plan: PropagationPlan,
    layout: StripLayout,
    memories: readonly WebAssembly.Memory[],
    alphas: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#closed) throw propagationFailed('the pool was closed');
    const { rows, columns, workers } = layout;
    const job = { kernel: this.#kernel, memories, plan, rows, columns, workers, alphas };
    const buffer = Control.buffer();
    const control = new Control(buffer, workers);
    const stop = (): void => control.stop();
    signal?.addEventListener('abort', stop, { once: true });
    this.#threads = this.#threads.filter((thread) => !thread.ended);
    while (this.#threads.length < workers) this.#threads.push(new PoolThread());
    try {
      await Promise.all(this.#threads.map((thread, worker) => thread.ask({ job, worker, control: buffer })));
    } catch (error) {
      // The others wait at a barrier for the one that is gone.
      await this.#endThreads();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    signal?.throwIfAborted();
  }

  async #endThreads(): Promise<void> {
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

async function inTurns(rows: number, signal: AbortSignal | undefined, action: (row: number) => void): Promise<void> {
  for (let row = 0; row < rows; row++) {
    if (row % ROWS_PER_TURN === ROWS_PER_TURN - 1) await setImmediate();
    if (row % ROWS_PER_TURN === 0) signal?.throwIfAborted();
    action(row);
  }
}
