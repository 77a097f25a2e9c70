/** Adds up how long the stages of a piece of work take. */
export class StageTimes {
  readonly #ms = new Map<string, number>();

  /** @param nowMs a clock that never goes back */
  constructor(private readonly nowMs: () => number) {}

  /** Does a part of a stage; its time counts whether or not it succeeds. */
  async run<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const start = this.nowMs();
    try {
      return await work();
    } finally {
      this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + this.nowMs() - start);
    }
  }

  /** Milliseconds of each stage, in the order in which they first ended. */
  get ms(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#ms);
  }
}
