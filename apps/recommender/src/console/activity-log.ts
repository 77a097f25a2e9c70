import type { Activity } from '@thaw/app-console';

/** How far two counters were at one moment. */
export interface ActivitySample {
  /** Unix epoch milliseconds. */
  readonly atMs: number;
  /** The last graph change that is obeyed; undefined before there is a graph. */
  readonly changes: number | undefined;
  /** Events on the input topics; undefined where Kafka does not say. */
  readonly events: number | undefined;
}

/** Remembers the last samples of two counters, and tells how fast they grew in between. */
export class ActivityLog {
  readonly #samples: ActivitySample[] = [];

  /** @param limit rates kept, at most */
  constructor(private readonly limit: number) {}

  add(sample: ActivitySample): void {
    const last = this.#samples.at(-1);
    // A clock that was set back makes no rate: begin anew.
    if (last !== undefined && sample.atMs <= last.atMs) this.#samples.length = 0;
    this.#samples.push(sample);
    if (this.#samples.length > this.limit + 1) this.#samples.shift();
  }

  /** The rate up to each sample but the first. */
  get rates(): Activity {
    const pairs = this.#samples.slice(1).map((now, i) => [this.#samples[i]!, now] as const);
    return {
      atMs: pairs.map(([, now]) => now.atMs),
      changes: pairs.map(([before, now]) => rate(before, now, 'changes')),
      events: pairs.map(([before, now]) => rate(before, now, 'events')),
    };
  }
}

/** Null where a counter is not known, or went back: another graph, or topics that were made anew. */
function rate(before: ActivitySample, now: ActivitySample, counter: 'changes' | 'events'): number | null {
  const [from, to] = [before[counter], now[counter]];
  if (from === undefined || to === undefined || to < from) return null;
  return ((to - from) * 1000) / (now.atMs - before.atMs);
}
