import { type ErrorCode, ThawError } from '@thaw/contracts';

/** The error and everything that caused it, outermost first. */
function* chain(thrown: unknown): Generator<Error & { readonly type?: string }> {
  for (let error = thrown; error instanceof Error; error = error.cause) yield error;
}

/** Kafka's own name of what went wrong, such as MESSAGE_TOO_LARGE, wherever in the chain kafkajs has put it. */
export function protocolErrorType(thrown: unknown): string | undefined {
  for (const error of chain(thrown)) if (typeof error.type === 'string') return error.type;
  return undefined;
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  MESSAGE_TOO_LARGE: 'KAFKA_RECORD_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'KAFKA_RECORD_TOO_LARGE',
  SASL_AUTHENTICATION_FAILED: 'KAFKA_AUTHENTICATION',
  UNKNOWN_TOPIC_OR_PARTITION: 'KAFKA_TOPIC_UNKNOWN',
};

const ADVICE: Partial<Record<ErrorCode, string>> = {
  KAFKA_RECORD_TOO_LARGE: "Raise the topic's max.message.bytes or send smaller records.",
  KAFKA_AUTHENTICATION: 'Check the user name, the password and the SASL mechanism.',
  KAFKA_TOPIC_UNKNOWN: 'Create it (`thaw topics`), or check its name and partition.',
  KAFKA_UNAVAILABLE: 'Check that the brokers are up and that KAFKA_BROKERS names them.',
};

function codeOf(thrown: unknown): ErrorCode {
  const type = protocolErrorType(thrown);
  const code = type === undefined ? undefined : CODES[type];
  if (code) return code;
  for (const error of chain(thrown)) {
    if (error.name === 'KafkaJSSASLAuthenticationError') return 'KAFKA_AUTHENTICATION';
  }
  return 'KAFKA_UNAVAILABLE';
}

/** Gives what kafkajs threw a code of the catalogue; `what` says what was tried, e.g. `Could not write to "x"`. */
export function fromClient(thrown: unknown, what: string): ThawError {
  if (thrown instanceof ThawError) return thrown;
  const code = codeOf(thrown);
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new ThawError(code, `${what}: ${reason}. ${ADVICE[code] ?? ''}`.trim(), { cause: thrown });
}
