import { ThawError, type ErrorCode } from '@thaw/contracts';

/** The three ways to a Kafka, said whenever the embedded broker cannot be had. */
export const WAYS_OUT =
  'There are three ways to a Kafka: install Java 17 or newer (and Maven, or a network) for the embedded one, set ' +
  'KAFKA_BROKERS to brokers that you run, or `docker compose up` the one in deploy/.';

export const withWaysOut = (code: ErrorCode, what: string, cause?: unknown): ThawError =>
  new ThawError(code, `${what} ${WAYS_OUT}`, { cause });
