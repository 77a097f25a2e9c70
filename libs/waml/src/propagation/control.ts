const CLAIMS = 0;
const ARRIVED = 1;
const ROUND = 2;
const STOP = 3;
const STOPPED = 4;

/** What the workers of a propagation tell each other, in shared memory. */
export class Control {
  readonly #words: Int32Array;
  readonly #workers: number;

  constructor(buffer: SharedArrayBuffer, workers: number) {
    this.#words = new Int32Array(buffer);
    this.#workers = workers;
  }

  static buffer(): SharedArrayBuffer {
    return new SharedArrayBuffer(20);
  }

  /** The tasks 0 … tasks − 1 of a phase, each to one worker; they end early once somebody stops. */
  *claim(tasks: number): Generator<number, void, undefined> {
    for (;;) {
      const task = Atomics.add(this.#words, CLAIMS, 1);
      if (task >= tasks || this.stopped) return;
      yield task;
    }
  }

  /**
   * Blocks until all workers are here; the next phase's tasks count from 0 again.
   * @returns whether there is a next phase: the same for all workers, also when the stop comes at this very moment
   */
  barrier(): boolean {
    const round = Atomics.load(this.#words, ROUND);
    if (Atomics.add(this.#words, ARRIVED, 1) === this.#workers - 1) {
      Atomics.store(this.#words, CLAIMS, 0);
      Atomics.store(this.#words, ARRIVED, 0);
      Atomics.store(this.#words, STOPPED, Atomics.load(this.#words, STOP));
      Atomics.add(this.#words, ROUND, 1);
      Atomics.notify(this.#words, ROUND);
    } else while (Atomics.load(this.#words, ROUND) === round) Atomics.wait(this.#words, ROUND, round);
    return Atomics.load(this.#words, STOPPED) === 0;
  }

  stop(): void {
    Atomics.store(this.#words, STOP, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) === 1;
  }
}
