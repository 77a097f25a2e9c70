const EVERY_MS = 20;

/** Asks /livez all the time, one question after the other, and remembers how long each answer took. */
export class LivenessProbe {
  readonly #seconds: number[] = [];
  readonly #asking: Promise<void>;
  #isStopped = false;

  constructor(readonly httpUrl: string) {
    this.#asking = this.#ask();
  }

  /** The 99th percentile of the answers, seconds. */
  async stop(): Promise<number> {
    this.#isStopped = true;
    await this.#asking;
    const sorted = this.#seconds.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
  }

  async #ask(): Promise<void> {
    while (!this.#isStopped) {
      const startMs = performance.now();
      const response = await fetch(`${this.httpUrl}/livez`);
      await response.arrayBuffer();
      this.#seconds.push((performance.now() - startMs) / 1000);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
