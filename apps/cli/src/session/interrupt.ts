import { ThawError } from '@thaw/contracts';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How an interruptible piece of work ended. */
export interface Interruptible<T> {
  readonly value: T;
  /** 128 + the signal's number when a signal asked it to end, otherwise undefined. */
  readonly interruptedExitCode: number | undefined;
}

/** Work that could only be ended by throwing out of it, because a signal asked it to end. */
export class Interrupted extends ThawError {
  constructor(
    name: (typeof SIGNALS)[number],
    /** 128 + the signal's number. */
    readonly exitCode: number,
    cause: unknown,
  ) {
    super('RUN_CANCELLED', `Ended by ${name} before it was done.`, { cause });
  }
}

/**
 * Runs work that can be asked to end early: the first SIGINT, SIGTERM or SIGHUP aborts its signal, the second ends the
 * process at once.
 *
 * @throws Interrupted where the work does not return after that, but throws
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Interruptible<T>> {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let asked: (typeof SIGNALS)[number] | undefined;
  const listeners = SIGNALS.map((name) => {
    const listener = () => {
      if (exitCode !== undefined) process.exit(128 + constants.signals[name]);
      exitCode = 128 + constants.signals[name];
      asked = name;
      controller.abort();
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  try {
    return { value: await work(controller.signal), interruptedExitCode: exitCode };
  } catch (error) {
    if (asked === undefined || exitCode === undefined) throw error;
    throw new Interrupted(asked, exitCode, error);
  } finally {
    for (const remove of listeners) remove();
  }
}
