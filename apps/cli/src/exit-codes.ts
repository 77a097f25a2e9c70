import { type ErrorCode, ThawError } from '@thaw/contracts';
import { Interrupted } from './session/interrupt.js';

/** What a script can tell from how `thaw` ended. After a signal it is 128 + the signal's number. */
export const EXIT = {
  ok: 0,
  /** The command ran, and found a difference or could not do all of it. */
  failure: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** A setting, or something set up elsewhere, has to be changed first. */
  configuration: 3,
  /** Something that is needed does not answer or cannot be started: Kafka, Java, a port, another part of Thaw. */
  unavailable: 4,
  /** A defect in Thaw. */
  defect: 70,
} as const;

export const EXIT_CODES_HELP = `Exit codes:
  0  done
  1  a difference or failure was found
  2  the command line makes no sense
  3  a setting has to be changed
  4  something that is needed is not available (Kafka, Java, a port)
  70 a defect in Thaw
  130, 143  ended by Ctrl-C or SIGTERM`;

const BY_CODE: Readonly<Partial<Record<ErrorCode, number>>> = {
  ADDRESS_IN_USE: EXIT.unavailable,
  APP_UNREACHABLE: EXIT.unavailable,
  AUTHENTICATION: EXIT.configuration,
  BROKER_DATA_LOCKED: EXIT.unavailable,
  BROKER_JARS_UNAVAILABLE: EXIT.unavailable,
  BROKER_JAVA_UNUSABLE: EXIT.unavailable,
  BROKER_PORT_TAKEN: EXIT.unavailable,
  BROKER_START_FAILED: EXIT.unavailable,
  CONFIG_INVALID: EXIT.configuration,
  GRAPH_BUSY: EXIT.unavailable,
  GRAPH_NOT_READY: EXIT.unavailable,
  INTERNAL: EXIT.defect,
  KAFKA_AUTHENTICATION: EXIT.configuration,
  KAFKA_OFFSET_OUT_OF_RANGE: EXIT.unavailable,
  KAFKA_TOPIC_MISMATCH: EXIT.configuration,
  KAFKA_TOPIC_UNKNOWN: EXIT.unavailable,
  KAFKA_UNAVAILABLE: EXIT.unavailable,
  PERMISSION_DENIED: EXIT.configuration,
  REQUEST_INVALID: EXIT.usage,
};

/** The exit code of a command that threw. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof Interrupted ? error.exitCode : (BY_CODE[ThawError.from(error).code] ?? EXIT.failure);
