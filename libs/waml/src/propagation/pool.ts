import { ThawError } from '@thaw/contracts';
import { Control } from './control.js';
import type { PropagationInput } from './input.js';
import { sharedInput, sharedMatrix } from './input.js';
import { checkAlphas, checkDimensions, checkLayers, PAPER_ALPHAS } from './layers.js';
import { Memories } from './memories.js';
import type { PropagationPlan } from './plan.js';
import { planPropagation } from './plan.js';
import { PoolThread, propagationFailed } from './pool-thread.js';
import type { PropagationGraph } from './propagation-graph.js';
import { StripLayout } from './strip-layout.js';
import { StripMatrix } from './strip-matrix.js';
import type { StripJob } from './strip-worker.js';

export interface PropagateOptions {
  /** Columns d. */
  readonly dimensions: number;
  /** One α per layer; their number is K. The paper's five where absent. */
  readonly alphas?: readonly number[];
  /** False for the plain linear map h' = α h + (1 − α) Σ w h_u, without any norms; true where absent. */
  readonly normalise?: boolean;
  /**
   * Where h¹ to h^{K−1} are left, each as the next layer reads it: rows of length 1 or 0. One `[rows, d]` matrix each, in
   * shared memory ({@link sharedMatrix}); they are thrown away where absent.
   */
  readonly layers?: readonly Float32Array[];
  /** Looked at all the time: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** h^K where it lies. */
export interface PropagatedRows {
  readonly rows: number;
  /** @param into `[dimensions]` */
  read(row: number, into: Float32Array): void;
}

export interface PropagationPoolOptions {
  /** The bytes of `@thaw/waml/kernel.wasm`. */
  readonly kernel: Uint8Array;
  /** Threads, at least 1; best the number of cores. */
  readonly workers: number;
}

/**
 * Propagation on worker threads, for graphs of any size that the machine holds: 8 bytes per row and column (columns
 * rounded up to 16), and 8 to 16 bytes per direction of an edge. One propagation runs at a time; the others wait.
 */
export class PropagationPool {
  readonly #kernel: WebAssembly.Module;
  readonly #workers: number;
  readonly #memories = new Memories();
  #threads: PoolThread[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(kernel: WebAssembly.Module, workers: number) {
    this.#kernel = kernel;
    this.#workers = workers;
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
   * @param graph a plan ({@link planPropagation}) where the same graph is propagated over more than once
   * @param input h⁰; a plain matrix is `[rows, d]`, row-major
   * @returns `[rows, d]`, row-major, in shared memory
   * @throws ThawError PROPAGATION_INPUT_INVALID, PROPAGATION_MEMORY_REFUSED or PROPAGATION_WORKER_FAILED; the reason of
   *   the signal when it aborts.
   */
  async propagate(
    graph: PropagationGraph | PropagationPlan,
    input: Float32Array | PropagationInput,
    options: PropagateOptions,
  ): Promise<Float32Array> {
    checkDimensions(options.dimensions);
    const result = sharedMatrix(graph.rows, options.dimensions);
    await this.#inTurn(graph, input, options, result, () => undefined);
    return result;
  }

  /**
   * The same for matrices that no array can hold: h^K stays where it is, and `use` reads of it what it needs. The rows
   * are there until what `use` returns has settled; only then does the next propagation begin.
   */
  async propagateAndUse<T>(
    graph: PropagationGraph | PropagationPlan,
    input: Float32Array | PropagationInput,
    options: PropagateOptions,
    use: (result: PropagatedRows) => T | Promise<T>,
  ): Promise<T> {
    return this.#inTurn(graph, input, options, undefined, use);
  }

  /** Ends the threads, and with them a propagation that runs: it rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#endThreads();
    await this.#last;
    this.#memories.release();
  }

  #inTurn<T>(
    graph: PropagationGraph | PropagationPlan,
    input: Float32Array | PropagationInput,
    options: PropagateOptions,
    result: Float32Array | undefined,
    use: (result: PropagatedRows) => T | Promise<T>,
  ): Promise<T> {
    const parts = input instanceof Float32Array ? { matrix: input } : input;
    const turn = this.#last.then(async () => use(await this.#run(graph, parts, options, result)));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run(
    graph: PropagationGraph | PropagationPlan,
    parts: PropagationInput,
    { dimensions, alphas = PAPER_ALPHAS, normalise = true, layers = [], signal }: PropagateOptions,
    result: Float32Array | undefined,
  ): Promise<PropagatedRows> {
    checkDimensions(dimensions);
    checkAlphas(alphas);
    if (layers.length > 0) checkLayers(graph, layers, { dimensions, alphas });
    const input = sharedInput(parts, graph.rows, dimensions);
    signal?.throwIfAborted();
    const { rows } = graph;
    if (rows === 0) return { rows, read: () => undefined };
    const layout = new StripLayout(rows, dimensions, this.#workers);
    const memories = await this.#memoriesFor(layout);
    const plan = 'segments' in graph ? graph : planPropagation(graph);
    const job = {
      kernel: this.#kernel,
      memories,
      plan,
      columns: dimensions,
      workers: this.#workers,
      alphas,
      normalise,
      input,
      result,
      layers,
    };
    await this.#runThreads(job, signal);
    return propagatedRows(plan, new StripMatrix(layout, memories), alphas.length % 2);
  }

  async #memoriesFor(layout: StripLayout): Promise<readonly WebAssembly.Memory[]> {
    if (!this.#memories.fit(layout)) {
      // The old memory is given back for sure only when the threads that see it are gone.
      await this.#endThreads();
      this.#memories.release();
    }
    return this.#memories.for(layout);
  }

  async #runThreads(job: StripJob, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw propagationFailed('the pool was closed');
    const buffer = Control.buffer();
    const control = new Control(buffer, job.workers);
    const stop = (): void => control.stop();
    signal?.addEventListener('abort', stop, { once: true });
    this.#threads = this.#threads.filter((thread) => !thread.ended);
    while (this.#threads.length < job.workers) this.#threads.push(new PoolThread());
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

function propagatedRows({ rows, places }: PropagationPlan, matrix: StripMatrix, side: number): PropagatedRows {
  return { rows, read: (row, into) => matrix.read(places[row]!, side, into) };
}
