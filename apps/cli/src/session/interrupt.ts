import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How an interruptible piece of work ended. */
export interface Interruptible<T> {
  readonly value: T;
  /** 128 + the signal's number when a signal asked it to end, otherwise undefined. */
  readonly interruptedExitCode: number | undefined;
}

/**
 * Runs work that can be asked to end early: the first SIGINT, SIGTERM or SIGHUP aborts its signal, the second ends the
 * process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Interruptible<T>> {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listeners = SIGNALS.map((name) => {
    const listener = () => {
      if (exitCode !== undefined) process.exit(128 + constants.signals[name]);
      exitCode = 128 + constants.signals[name];
      controller.abort();
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  try {
    return { value: await work(controller.signal), interruptedExitCode: exitCode };
  } finally {
    for (const remove of listeners) remove();
  }
}
