import { type ServiceError, status } from '@grpc/grpc-js';
import type { RecommenderService } from './recommend-process.js';

/** What happened to the calls of one load. */
export interface LoadResult {
  readonly calls: number;
  /** Calls that failed. */
  readonly errors: number;
  /** How, and how often each. */
  readonly failures: string;
  /** Answers that `check` found wrong. */
  readonly wrong: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Ascending. */
  readonly seconds: readonly number[];
}

export interface LoadOptions {
  readonly service: RecommenderService;
  readonly sellerOf: (call: number) => number;
  readonly idOf: (seller: number) => string;
  readonly limit: number;
  /** Looks at an answer; returns whether it is wrong. */
  readonly check?: (seller: number, answer: Buffer) => boolean;
  /** Called when a load is under way for this long, or when `until` resolves. */
  readonly until: Promise<unknown>;
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;

/** So many callers, each asking again as soon as it is answered: as many calls as the service can answer. */
export async function closedLoad(options: LoadOptions, callers: number): Promise<LoadResult> {
  const counter = new Counter(options);
  const isOver = over(options.until);
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (!isOver()) await counter.call();
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
  const isOver = over(options.until);
  const startedAt = performance.now();
  const calls = new Set<Promise<void>>();
  for (let due = 0; !isOver();) {
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

function over(until: Promise<unknown>): () => boolean {
  let isOver = false;
  void until.finally(() => (isOver = true));
  return () => isOver;
}

class Counter {
  #calls = 0;
  readonly #failures = new Map<string, number>();
  #wrong = 0;
  readonly #seconds: number[] = [];
  readonly #startedAt = performance.now();
  readonly #startCpu: number;

  constructor(private readonly options: LoadOptions) {
    this.#startCpu = options.service.cpuSeconds;
  }

  async call(dueAt = performance.now()): Promise<void> {
    const { service, sellerOf, idOf, limit, check } = this.options;
    const seller = sellerOf(this.#calls++);
    try {
      const { bytes } = await service.recommend(idOf(seller), limit);
      this.#seconds.push((performance.now() - dueAt) / 1000);
      if (check?.(seller, bytes) === true) this.#wrong += 1;
    } catch (error) {
      const { code } = error as ServiceError;
      this.#failures.set(status[code], (this.#failures.get(status[code]) ?? 0) + 1);
    }
  }

  result(): LoadResult {
    return {
      calls: this.#calls,
      errors: [...this.#failures.values()].reduce((sum, count) => sum + count, 0),
      failures: [...this.#failures].map(([code, count]) => `${code} ${count}`).join(', '),
      wrong: this.#wrong,
      wallSeconds: (performance.now() - this.#startedAt) / 1000,
      cpuSeconds: this.options.service.cpuSeconds - this.#startCpu,
      seconds: this.#seconds.sort((a, b) => a - b),
    };
  }
}
