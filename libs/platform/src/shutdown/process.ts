import { constants } from 'node:os';
import type { Logger } from '../logging/index.js';
import type { Shutdown, ShutdownReport } from './shutdown.js';

export interface ProcessShutdownOptions {
  readonly shutdown: Shutdown;
  readonly logger: Logger;
  /** Whether the end of standard input means that the supervisor is gone (setting THAW_SUPERVISED). */
  readonly supervised: boolean;
  /** The exit code after a shutdown; by default 0 when it was clean, otherwise 1. */
  readonly exitCode?: (report: ShutdownReport) => number;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ties a shutdown to this process: the first SIGINT, SIGTERM or SIGHUP starts it and exits when it is through, the
 * second ends the process at once with 128 + the signal's number (130 for SIGINT, 143 for SIGTERM). An error that
 * nobody caught shuts down with exit code 1: the state in memory cannot be trusted, what is on disk can. So does the end
 * of whoever reads the output, with the exit code of a signal: `thaw up | head`, or a terminal that was closed.
 */
export function shutDownWithProcess(options: ProcessShutdownOptions): void {
  const { shutdown, logger, supervised, exitCode = ({ clean }) => (clean ? 0 : 1) } = options;
  const finish = async (reason: string, code: (report: ShutdownReport) => number): Promise<void> => {
    process.exit(code(await shutdown.run(reason)));
  };
  // Counted apart from shutdowns: a supervisor closes the input and sends SIGTERM, and means one shutdown by it.
  let signals = 0;
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (++signals > 1) {
        logger.warn({ signal: name }, 'second signal: leaving at once');
        process.exit(128 + constants.signals[name]);
      }
      void finish(name, exitCode);
    });
  }
  // Listened to, since the event would otherwise be an error that nobody caught, and telling of that another one.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => void finish('nobody reads the output any more', exitCode));
  }
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(name, (error: unknown) => {
      logger.fatal({ err: error }, name);
      void finish(name, () => 1);
    });
  }
  if (supervised) {
    process.stdin.on('error', (error) => logger.debug({ err: error }, 'standard input failed'));
    process.stdin.once('close', () => void finish('the supervisor is gone', exitCode));
    process.stdin.resume();
  }
}
