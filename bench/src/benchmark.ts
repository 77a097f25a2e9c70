import type { Measurement } from './harness/measure.js';

/** One figure of a benchmark. Further keys say what it was measured on. */
export interface Result {
  /** Stable, lower case with underscores, e.g. `produce_per_second`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly [fact: string]: string | number | boolean;
}

/** A setting of a benchmark: `--name value`. Its default says whether it is a number or a text. */
export interface BenchmarkOption {
  readonly default: number | string;
  readonly help: string;
}

export interface Measured<T> extends Measurement {
  readonly value: T;
}

/** What a benchmark is given to run with. */
export interface BenchmarkContext {
  /** A numeric option, as given or its default. */
  number(name: string): number;
  /** A text option, as given or its default. */
  text(name: string): string;
  /** Tells the person who waits. Goes to stderr. */
  progress(line: string): void;
  /**
   * Runs `work` once and measures it, child processes included. With `threads` above 1 a spin control runs first, and
   * the report's `free_cores` is the least that any control found.
   */
  measure<T>(work: () => T | Promise<T>, options?: { readonly threads?: number }): Promise<Measured<T>>;
  /** Fires when the run is interrupted: stop what you started. */
  readonly signal: AbortSignal;
}

export interface Benchmark {
  readonly options: Readonly<Record<string, BenchmarkOption>>;
  run(context: BenchmarkContext): Promise<readonly Result[]>;
}

/** A benchmark in the list: its code, with all that it imports, is loaded only to run it. */
export interface BenchmarkEntry {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly load: () => Promise<Benchmark>;
}
