import { ThawError } from '@thaw/contracts';

/** A call that waits. */
interface Waiting {
  readonly answer: () => void;
  readonly refuse: (reason: ThawError) => void;
  /** Whether nobody waits for it any more. */
  readonly isGone: () => boolean;
  /** Unix epoch milliseconds; Infinity for none. */
  readonly deadlineMs: number;
}

/** Answers of one turn of the event loop; then probes, changes of the graph and new calls have theirs. */
const TURN_MS = 2;

/**
 * Lets calls be answered one after the other, in the order in which they came. More than `maxWaiting` are refused at
 * once, so that under too much load those that are answered are answered in time; those that were cancelled or are too
 * late cost nothing.
 */
export class Turns {
  #waiting: Waiting[] = [];
  #next = 0;
  #isScheduled = false;

  constructor(
    private readonly maxWaiting: number,
    private readonly now: () => number = Date.now,
  ) {}

  get length(): number {
    return this.#waiting.length - this.#next;
  }

  /** Calls `answer` at its turn, or `refuse`; one of them, unless the call is gone. */
  enter(call: Waiting): void {
    if (this.length >= this.maxWaiting) {
      call.refuse(
        new ThawError('RECOMMENDER_BUSY', `${this.length} calls wait for their turn already. Try again in a moment.`),
      );
      return;
    }
    this.#waiting.push(call);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    const endAt = performance.now() + TURN_MS;
    while (this.#next < this.#waiting.length && performance.now() < endAt) this.#handle(this.#waiting[this.#next++]!);
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
      return;
    }
    if (this.#next >= this.maxWaiting) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    this.#schedule();
  }

  #handle({ answer, refuse, isGone, deadlineMs }: Waiting): void {
    if (isGone()) return;
    if (this.now() >= deadlineMs) {
      refuse(new ThawError('DEADLINE_PASSED', 'The deadline of the call passed before it was its turn.'));
    } else answer();
  }
}
