/** What Thaw asks of Kafka. Nothing of any client library shows here; offsets are plain numbers (exact below 2^53). */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFunction = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Header values by name; a name that occurs more than once has an array. A null value is read as an empty buffer. */
export type RecordHeaders = Readonly<Record<string, Buffer | readonly Buffer[]>>;

export interface SourceRecord {
  readonly offset: number;
  readonly timestampMs: number;
  /** Key and value are views of the fetched buffer: copy what you keep, or the whole fetch stays in memory. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** Records of one partition in offset order, either all new or all redelivered. Never empty. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly SourceRecord[];
  readonly firstOffset: number;
  /** Where to start after this batch; past transaction markers and compacted records that follow the last record. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  /** True where this source has handed over these very offsets before. Batches never mix new and redelivered records. */
  readonly redelivered: boolean;
}

export type StartOffset = number | 'earliest' | 'latest';

/**
 * Called for one batch at a time. The source fetches no more until it settles: that is the back-pressure.
 * `signal` fires when the source is closing. A rejection stops the source and rejects `BatchSource.done`.
 */
export type BatchHandler = (batch: RecordBatch, signal: AbortSignal) => Promise<void>;

export interface SourceOptions {
  /** Names the reader in logs and for lag tools. */
  readonly name: string;
  readonly topics: readonly string[];
  /**
   * The next offset that the caller wants of a partition. Asked at every assignment, and it always wins: a number below
   * what was handed over before has those records redelivered, flagged as such. 'earliest' and 'latest' hold for the
   * first assignment only; later the source goes on where it was.
   */
  readonly startOffset: (topic: string, partition: number) => StartOffset;
  readonly handler: BatchHandler;
  /**
   * When a start offset is outside the log (retention was faster, or the topic was made anew): 'fail' (default) throws
   * KAFKA_OFFSET_OUT_OF_RANGE, 'earliest' logs a warning and starts at the first record there is.
   */
  readonly whenOutOfRange?: 'fail' | 'earliest';
  /** Bytes of one fetch, so of what is buffered here: default 10 MiB, and 1 MiB per partition. */
  readonly maxFetchBytes?: number;
  readonly maxFetchBytesPerPartition?: number;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to be handed over. */
  readonly position: number;
  readonly endOffset: number;
  readonly lag: number;
}

export interface SourceStatistics {
  readonly records: number;
  readonly redeliveredRecords: number;
  /** Bytes received from the broker, handled or not. */
  readonly fetchedBytes: number;
  readonly assignments: number;
}

/** Consumes a set of topics from offsets that the caller keeps. */
export interface BatchSource {
  /** Resolves after close(); rejects with the reason when the source had to stop. Watch it. */
  readonly done: Promise<void>;
  readonly statistics: SourceStatistics;
  /** Asks the broker for the end offsets. */
  lag(): Promise<PartitionLag[]>;
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
  /** Waits for the handler in flight (its signal fires); idempotent. */
  close(): Promise<void>;
}

export interface SinkRecord {
  /** See {@link partitionForKey}. */
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders;
  /**
   * Default: now. Kafka applies retention by it, so an old event time here means early deletion: event time belongs
   * into the event.
   */
  readonly timestampMs?: number;
}

export interface SinkOptions {
  /** Above this many bytes not yet acknowledged, `writable()` waits: default 8 MiB. */
  readonly maxBufferedBytes?: number;
  /** How often a request is tried before `send` rejects. Default: for ever, so that only lasting errors reject. */
  readonly attempts?: number;
}

/**
 * An ordered, idempotent producer with acks=all: per partition, records land in the order of the `send` calls, once.
 * When a send fails, those queued behind it fail with the same reason, so no gap can open in a partition.
 */
export interface RecordSink {
  /** Bytes taken and not yet acknowledged. */
  readonly bufferedBytes: number;
  /**
   * Resolves when every record is acknowledged by all in-sync replicas.
   * @throws ThawError KAFKA_RECORD_TOO_LARGE, KAFKA_UNAVAILABLE, KAFKA_CLOSED
   */
  send(topic: string, records: readonly SinkRecord[]): Promise<void>;
  /** Resolves once less than `maxBufferedBytes` are waiting: await it before each send that is not itself awaited. */
  writable(): Promise<void>;
  /** Waits for what is queued, for at most `timeoutMs` (default 10 s); then the rest is rejected. */
  close(timeoutMs?: number): Promise<void>;
}

export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
}

export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly record: SourceRecord;
  readonly reason: DeadLetterReason;
}

/** Takes records that cannot be processed. Nothing is dropped: while the dead-letter topic is away, `send` waits. */
export interface DeadLetterSink {
  /** How many letters wait for a dead-letter topic that did not take them at the first try. */
  readonly stalled: number;
  /** Resolves when the letters are acknowledged; rejects only when `signal` fires. A letter may be written twice. */
  send(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Kafka's topic settings, such as `cleanup.policy` and `retention.ms`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Default: the broker's. */
  readonly replicationFactor?: number;
}

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface ReadAllOptions {
  /** Start at these offsets. Default, and where they are gone already: at the first record there is. */
  readonly from?: readonly PartitionOffset[];
  /** Stop before these offsets; partitions that are not named are not read. Default: the ends at the time of the call. */
  readonly until?: readonly PartitionOffset[];
}

export interface PartitionRange {
  readonly partition: number;
  /** First offset there is. */
  readonly startOffset: number;
  /** Offset that the next record will get. */
  readonly endOffset: number;
}

export interface Kafka {
  /**
   * Checks within `timeoutMs` (default 10 s) that the cluster answers.
   * @throws ThawError KAFKA_UNAVAILABLE, KAFKA_AUTHENTICATION
   */
  ping(timeoutMs?: number): Promise<{ readonly clusterId: string }>;
  /** Resolves when the partitions are assigned and records flow. */
  source(options: SourceOptions): Promise<BatchSource>;
  sink(options?: SinkOptions): Promise<RecordSink>;
  deadLetters(): Promise<DeadLetterSink>;
  /**
   * Creates what is missing. An existing topic must have the partitions and the cleanup policy of its spec
   * (KAFKA_TOPIC_MISMATCH); other settings that differ are the operator's choice and are logged.
   */
  ensureTopics(specs: readonly TopicSpec[]): Promise<{ readonly created: readonly string[] }>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** @throws ThawError KAFKA_TOPIC_UNKNOWN */
  offsets(topic: string): Promise<PartitionRange[]>;
  /** The last record of a partition, or undefined where it is empty. */
  tailRecord(topic: string, partition: number): Promise<SourceRecord | undefined>;
  /** Reads the topics from their first record, or as asked, to the end they had when the call began, in order per partition. */
  readAll(topics: readonly string[], handler: BatchHandler, options?: ReadAllOptions): Promise<void>;
  /**
   * Writes progress to the group `name`, which never has members, so that ordinary lag tools can see it. Cheap to call
   * often: at most one write every 5 s, the newest offsets win, failures are only logged.
   */
  commitForLagTools(name: string, offsets: readonly PartitionOffset[]): void;
  close(): Promise<void>;
}
