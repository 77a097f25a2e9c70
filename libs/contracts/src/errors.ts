/** gRPC status codes by name, as numbers (grpc.io, "Status codes and their use in gRPC"). */
const GRPC = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

interface ErrorKind {
  readonly grpcStatus: number;
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  /** What this kind of error means, for the documentation. */
  readonly meaning: string;
}

const kind = (grpc: keyof typeof GRPC, retryable: boolean, meaning: string): ErrorKind => ({
  grpcStatus: GRPC[grpc],
  retryable,
  meaning,
});

/** Every error that Thaw raises on purpose, in alphabetical order. Add here before you throw. */
export const ERROR_CATALOGUE = {
  ADDRESS_IN_USE: kind('FAILED_PRECONDITION', true, 'another process listens where Thaw was told to'),
  APP_UNREACHABLE: kind('UNAVAILABLE', true, 'an app of Thaw does not answer'),
  AUTHENTICATION: kind('UNAUTHENTICATED', false, 'a call lacks a bearer token that is known'),
  BACKUP_EXISTS: kind('FAILED_PRECONDITION', false, 'the folder that a backup is to go to holds something already'),
  BACKUP_INVALID: kind('DATA_LOSS', false, 'a backup is damaged, was cut short, or is none'),
  BACKUP_VERSION: kind('FAILED_PRECONDITION', false, 'a backup was written in a format that this Thaw does not read'),
  BROKER_DATA_LOCKED: kind(
    'FAILED_PRECONDITION',
    false,
    'another process runs an embedded broker on the same data directory',
  ),
  BROKER_JARS_UNAVAILABLE: kind('FAILED_PRECONDITION', true, 'the embedded broker could not be downloaded'),
  BROKER_JAVA_UNUSABLE: kind('FAILED_PRECONDITION', false, 'there is no Java, or one too old, for the embedded broker'),
  BROKER_PORT_TAKEN: kind('FAILED_PRECONDITION', false, 'another process listens on the port of the embedded broker'),
  BROKER_START_FAILED: kind('INTERNAL', true, 'the embedded broker did not become ready'),
  BUNDLE_EXISTS: kind('FAILED_PRECONDITION', false, 'a version bundle of that name was published before'),
  BUNDLE_INVALID: kind('DATA_LOSS', false, 'a version bundle is damaged, or is not what a bundle must be'),
  BUNDLE_MEMORY: kind('RESOURCE_EXHAUSTED', false, 'the machine has not the memory for a version bundle'),
  BUNDLE_NOT_FOUND: kind('NOT_FOUND', false, 'there is no version bundle of that name'),
  BUNDLE_STORE_UNAVAILABLE: kind(
    'UNAVAILABLE',
    true,
    'the place of the version bundles refuses: full, read-only or failing',
  ),
  BUNDLE_VERSION: kind(
    'FAILED_PRECONDITION',
    false,
    'a version bundle was written in a format that this Thaw does not read',
  ),
  CONFIG_INVALID: kind('FAILED_PRECONDITION', false, 'a setting is missing or has a value that cannot be used'),
  CONSOLE_NOT_BUILT: kind('NOT_FOUND', false, "the console's page was not built"),
  CONSOLE_ORIGIN: kind('PERMISSION_DENIED', false, "a command did not come from the console's own page"),
  DATASET_INVALID: kind('INVALID_ARGUMENT', false, 'a data set file is broken or has a row that cannot be used'),
  DATASET_NOT_FOUND: kind('NOT_FOUND', false, 'a folder is not in the data set format'),
  DEADLINE_PASSED: kind('DEADLINE_EXCEEDED', true, 'the deadline of a call passed before it was its turn'),
  EVENT_FUTURE_DATED: kind('INVALID_ARGUMENT', false, 'an event is dated too far ahead of its record'),
  EVENT_UNDECODABLE: kind('INVALID_ARGUMENT', false, 'a record is not the event that its topic promises'),
  GRAPH_BUSY: kind('RESOURCE_EXHAUSTED', true, 'too many readers copy the graph at once'),
  GRAPH_DIVERGED: kind('ABORTED', false, 'a copy of the reduced graph does not hold what a change is about'),
  GRAPH_NOT_READY: kind('UNAVAILABLE', true, 'the graph is still loading, or has stopped'),
  GRAPH_SETTINGS: kind('FAILED_PRECONDITION', false, 'the settings of the graph cannot be applied to the stored state'),
  INDEX_CLOSED: kind('FAILED_PRECONDITION', false, 'an index was used after it was closed'),
  INDEX_INPUT_INVALID: kind('INVALID_ARGUMENT', false, 'a vector or a setting does not fit the index'),
  INDEX_INVALID: kind('DATA_LOSS', false, 'an index file is damaged, or is not of the version that it lies in'),
  INDEX_MEMORY: kind('RESOURCE_EXHAUSTED', false, 'the machine has not the memory for an index'),
  INDEX_NATIVE_UNAVAILABLE: kind('FAILED_PRECONDITION', false, 'hnswlib-node is not compiled for this machine'),
  INDEX_NOT_LOADED: kind('UNAVAILABLE', true, 'no version is served yet'),
  INDEX_WORKER_FAILED: kind('INTERNAL', true, 'the worker thread that builds an index ended unexpectedly'),
  INTERNAL: kind('INTERNAL', false, 'a defect in Thaw'),
  KAFKA_AUTHENTICATION: kind('UNAUTHENTICATED', false, 'Kafka refused the user name or password'),
  KAFKA_CLOSED: kind('FAILED_PRECONDITION', false, 'a Kafka source or sink was used after it was closed'),
  KAFKA_OFFSET_OUT_OF_RANGE: kind('DATA_LOSS', false, 'the records that a reader needs next are no longer in Kafka'),
  KAFKA_RECORD_TOO_LARGE: kind('INVALID_ARGUMENT', false, 'a record is larger than its topic takes'),
  KAFKA_TOPIC_MISMATCH: kind('FAILED_PRECONDITION', false, 'a topic exists with other settings than Thaw needs'),
  KAFKA_TOPIC_UNKNOWN: kind('NOT_FOUND', true, 'a topic or partition does not exist'),
  KAFKA_UNAVAILABLE: kind('UNAVAILABLE', true, 'no Kafka broker answers'),
  LETTER_UNKNOWN: kind('NOT_FOUND', false, 'there is no such dead letter'),
  MODEL_STATES_INVALID: kind('DATA_LOSS', false, 'the layer states of a version do not fit its nodes and settings'),
  MODEL_TOO_LITTLE_DATA: kind('FAILED_PRECONDITION', false, 'there are too few listings to learn from'),
  NETWORK_INVALID: kind(
    'INVALID_ARGUMENT',
    false,
    "the network's settings cannot be, or parameters or rows do not fit them",
  ),
  NOT_CONFIRMED: kind('FAILED_PRECONDITION', false, 'nobody said yes to what cannot be taken back by itself'),
  PERMISSION_DENIED: kind('PERMISSION_DENIED', false, 'the token of a call has not the role that the call needs'),
  PRODUCT_UNKNOWN: kind('NOT_FOUND', false, 'a product is not in the reduced graph'),
  PROPAGATION_INPUT_INVALID: kind(
    'INVALID_ARGUMENT',
    false,
    'what is to be propagated has a shape or a setting that cannot be',
  ),
  PROPAGATION_MEMORY_REFUSED: kind('RESOURCE_EXHAUSTED', false, 'the machine has not the memory for propagation'),
  PROPAGATION_WORKER_FAILED: kind('INTERNAL', true, 'a worker thread of the propagation kernel ended unexpectedly'),
  RECOMMENDER_BUSY: kind('RESOURCE_EXHAUSTED', true, 'more calls wait than the recommender takes'),
  REQUEST_INVALID: kind('INVALID_ARGUMENT', false, 'a request asks for what cannot be, or is too large'),
  RUN_CANCELLED: kind('ABORTED', false, 'a run was cancelled'),
  RUN_CRASHED: kind('INTERNAL', true, 'the process of a run ended before the run was done'),
  RUN_HUNG: kind('DEADLINE_EXCEEDED', true, 'nothing was heard of a run for too long'),
  RUN_QUEUE_FULL: kind('RESOURCE_EXHAUSTED', true, 'too many runs wait already'),
  RUN_UNKNOWN: kind('NOT_FOUND', false, 'there is no such run'),
  SELLER_UNKNOWN: kind('NOT_FOUND', false, 'a seller is not in the graph'),
  STORE_CLOSED: kind('FAILED_PRECONDITION', false, 'the store was used after it was closed'),
  STORE_CORRUPT: kind('DATA_LOSS', false, 'what is on the disk cannot be trusted'),
  STORE_LOCKED: kind('FAILED_PRECONDITION', true, 'another process holds the store'),
  STORE_UNAVAILABLE: kind('UNAVAILABLE', true, 'the disk refuses: full, read-only or failing'),
  STORE_VERSION: kind('FAILED_PRECONDITION', false, 'the store was written in a format that this Thaw does not read'),
  TENSOR_BACKEND_UNAVAILABLE: kind(
    'FAILED_PRECONDITION',
    false,
    'the tensor backend that was asked for cannot be used',
  ),
  TEXT_MODEL_UNUSABLE: kind('FAILED_PRECONDITION', false, 'the folder of the text model cannot be used'),
  VERSION_REJECTED: kind('FAILED_PRECONDITION', false, 'the gate rejected the version that is to be served'),
  VERSION_UNKNOWN: kind('NOT_FOUND', false, 'there is no such version'),
  VERSION_UNSERVABLE: kind('FAILED_PRECONDITION', false, 'a version does not answer as well as it must to be served'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/**
 * An error with a code of the catalogue. Its message says what happened, to which object, and what to do about it.
 */
export class ThawError extends Error {
  override readonly name: string = 'ThawError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions & { readonly details?: Readonly<Record<string, unknown>> },
  ) {
    super(message, options);
    this.details = options?.details ?? {};
  }

  /** Facts for machines: the field, the path, the limit. */
  readonly details: Readonly<Record<string, unknown>>;

  get grpcStatus(): number {
    return ERROR_CATALOGUE[this.code].grpcStatus;
  }

  get retryable(): boolean {
    return ERROR_CATALOGUE[this.code].retryable;
  }

  /** Gives any thrown thing a code: what is no ThawError yet is INTERNAL, with the original as its cause. */
  static from(thrown: unknown): ThawError {
    if (thrown instanceof ThawError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new ThawError('INTERNAL', message, { cause: thrown });
  }
}
