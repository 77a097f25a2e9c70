import { CallFailed } from './client.js';

/** What happened to the calls of one load. */
export interface LoadResult {
  readonly calls: number;
  /** Calls that failed. */
  readonly errors: number;
  /** With which gRPC status, and how often each. */
  readonly failures: string;
  /** Answers that were found wrong. */
  readonly wrong: number;
  readonly wallSeconds: number;
  /** Of the calls that were answered, ascending. */
  readonly seconds: Float64Array;
}

export interface LoadOptions {
  /** Makes the nth call, and returns whether its answer is right. @throws CallFailed */
  readonly ask: (call: number) => Promise<boolean>;
  readonly isOver: () => boolean;
}

export const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;

/** So many callers, each asking again as soon as it is answered: as many calls as the service can answer. */
export async function closedLoad(options: LoadOptions, callers: number): Promise<LoadResult> {
  const counter = new Counter(options);
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (!options.isOver()) await counter.call();
    }),
  );
  return counter.result();
}

/**
 * A call every so often, whether the earlier ones are answered or not: how long one takes at a given load. The time of a
 * call counts from when it was due, so that a service that stalls does not stall its own measurement.
 */
export async function openLoad(options: LoadOptions, perSecond: number): Promise<LoadResult> {
  const counter = new Counter(options);
  const startedAt = performance.now();
  const calls = new Set<Promise<void>>();
  for (let due = 0; !options.isOver();) {
    const now = performance.now();
    while (startedAt + (due * 1000) / perSecond <= now) {
      const call = counter.call(startedAt + (due++ * 1000) / perSecond).finally(() => calls.delete(call));
      calls.add(call);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  return counter.result();
}

class Counter {
  #calls = 0;
  readonly #failures = new Map<string, number>();
  #wrong = 0;
  readonly #seconds: number[] = [];
  readonly #startedAt = performance.now();

  constructor(private readonly options: LoadOptions) {}

  async call(dueAt = performance.now()): Promise<void> {
    try {
      const isRight = await this.options.ask(this.#calls++);
      this.#seconds.push((performance.now() - dueAt) / 1000);
      if (!isRight) this.#wrong += 1;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const { status } = error;
      this.#failures.set(status, (this.#failures.get(status) ?? 0) + 1);
    }
  }

  result(): LoadResult {
    return {
      calls: this.#calls,
      errors: [...this.#failures.values()].reduce((sum, count) => sum + count, 0),
      failures: [...this.#failures].map(([code, count]) => `${code} ${count}`).join(', '),
      wrong: this.#wrong,
      wallSeconds: (performance.now() - this.#startedAt) / 1000,
      seconds: Float64Array.from(this.#seconds).sort(),
    };
  }
}
