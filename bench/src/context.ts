import { availableParallelism } from 'node:os';
import type { BenchmarkContext, Measured } from './benchmark.js';
import { measure } from './harness/measure.js';
import { freeCores } from './harness/spin.js';

/** What the harness hands a benchmark, and what it remembers of the spin controls. */
export class RunContext implements BenchmarkContext {
  /** The least that any control of this run found; undefined while none has run. */
  freeCores: number | undefined;

  constructor(
    private readonly values: ReadonlyMap<string, number | string>,
    readonly progress: (line: string) => void,
    readonly signal: AbortSignal,
  ) {}

  number(name: string): number {
    const value = this.values.get(name);
    if (typeof value !== 'number') throw new TypeError(`The benchmark declares no numeric option ${name}.`);
    return value;
  }

  text(name: string): string {
    const value = this.values.get(name);
    if (typeof value !== 'string') throw new TypeError(`The benchmark declares no text option ${name}.`);
    return value;
  }

  async measure<T>(work: () => T | Promise<T>, options: { readonly threads?: number } = {}): Promise<Measured<T>> {
    this.signal.throwIfAborted();
    if ((options.threads ?? 1) > 1) await this.control(options.threads);
    return measure(work);
  }

  /** Spins on as many threads as are asked for, at most one a core, and remembers the worst. */
  async control(threads = availableParallelism()): Promise<number> {
    const free = await freeCores(Math.min(threads, availableParallelism()));
    this.freeCores = Math.min(free, this.freeCores ?? Infinity);
    return this.freeCores;
  }
}
