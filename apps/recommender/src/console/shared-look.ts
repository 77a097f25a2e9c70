import { ThawError } from '@thaw/contracts';

export interface SharedLookOptions<Value> {
  readonly look: () => Promise<Value>;
  /** What was seen is handed out again for this long. */
  readonly freshMs: number;
  /** Callers that may wait for a look, at most. */
  readonly maxWaiting: number;
  readonly now?: () => number;
}

/** One look for all who ask at about the same time: however many watch, what is looked at is asked once a moment. */
export class SharedLook<Value> {
  #seen: { readonly value: Value; readonly atMs: number } | undefined;
  #looking: Promise<Value> | undefined;
  #waiting = 0;

  constructor(private readonly options: SharedLookOptions<Value>) {}

  /** @throws ThawError RECOMMENDER_BUSY; what the look throws */
  async get(): Promise<Value> {
    const { freshMs, maxWaiting } = this.options;
    if (this.#seen !== undefined && this.#now() - this.#seen.atMs < freshMs) return this.#seen.value;
    if (this.#waiting >= maxWaiting) {
      throw new ThawError(
        'RECOMMENDER_BUSY',
        `${this.#waiting} pages wait to be drawn already. Try again in a moment.`,
      );
    }
    this.#waiting += 1;
    try {
      this.#looking ??= this.#look();
      return await this.#looking;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Something was changed: what was seen, or is being looked at, is old. */
  forget(): void {
    this.#seen = undefined;
    this.#looking = undefined;
  }

  #look(): Promise<Value> {
    const looking: Promise<Value> = this.options.look().then((value) => {
      if (this.#looking === looking) this.#seen = { value, atMs: this.#now() };
      return value;
    });
    const over = (): void => {
      if (this.#looking === looking) this.#looking = undefined;
    };
    looking.then(over, over);
    return looking;
  }

  #now(): number {
    return (this.options.now ?? (() => performance.now()))();
  }
}
