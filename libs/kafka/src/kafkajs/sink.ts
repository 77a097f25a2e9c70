import { ThawError } from '@thaw/contracts';
import type { Kafka as Client, Message, PartitionerArgs, Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import type { RecordSink, SinkOptions, SinkRecord } from '../port.js';
import { RETRY_FOREVER } from './client.js';
import { fromClient } from './errors.js';
import { MessagesByPartition } from './messages-by-partition.js';
import { sizeOfRecord } from './records.js';

/** kafkajs puts all records that a request has for a partition into one batch, of which a topic takes 1 MiB by default. */
const MAX_REQUEST_BYTES = 256 * 1024;
/** Enough for 32 requests: more only makes the garbage collector carry records that wait. */
const DEFAULT_MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const DEFAULT_CLOSE_TIMEOUT_MS = 10_000;

interface Job {
  readonly topic: string;
  readonly records: readonly SinkRecord[];
  readonly bytes: number;
  /** Index of the first record that no request has taken yet. */
  next: number;
  readonly resolve: () => void;
  readonly reject: (reason: ThawError) => void;
}

interface Request {
  readonly topicMessages: TopicMessages[];
  readonly batches: number;
  /** Jobs whose last record is in this request. */
  readonly completes: Job[];
}

/**
 * One request is in flight at a time and takes whatever has queued up meanwhile. kafkajs takes the sequence numbers of
 * a failed request back and gives them to the next one: with two at once, the broker would take the second for a
 * duplicate of the first and drop it.
 */
export class KafkajsSink implements RecordSink {
  private readonly queue: Job[] = [];
  private waiting: (() => void)[] = [];
  private pump: Promise<void> | undefined;
  private closed = false;
  /** After a failure the broker may hold records whose sequence numbers kafkajs would use again: start a new session. */
  private tainted = false;
  private buffered = 0;

  private constructor(
    private producer: Producer,
    private readonly createProducer: () => Producer,
    private readonly maxBufferedBytes: number,
  ) {}

  static async open(client: Client, options: SinkOptions): Promise<KafkajsSink> {
    const { attempts, maxBufferedBytes = DEFAULT_MAX_BUFFERED_BYTES } = options;
    const createProducer = (): Producer =>
      client.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        retry: { ...RETRY_FOREVER, ...(attempts !== undefined && { retries: attempts - 1 }) },
        createPartitioner: () => takeGivenPartition,
      });
    const producer = createProducer();
    await producer.connect();
    return new KafkajsSink(producer, createProducer, maxBufferedBytes);
  }

  get bufferedBytes(): number {
    return this.buffered;
  }

  send(topic: string, records: readonly SinkRecord[]): Promise<void> {
    if (this.closed) return Promise.reject(closedError(topic));
    if (records.length === 0) return Promise.resolve();
    const bytes = records.reduce((sum, record) => sum + sizeOfRecord(record), 0);
    this.buffered += bytes;
    return new Promise((resolve, reject) => {
      this.queue.push({ topic, records, bytes, next: 0, resolve, reject });
      this.pump ??= this.drain();
    });
  }

  async writable(): Promise<void> {
    while (this.buffered >= this.maxBufferedBytes) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async close(timeoutMs = DEFAULT_CLOSE_TIMEOUT_MS): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.resolve(this.pump).then(() => this.producer.disconnect()), timeout]);
    clearTimeout(timer);
    this.rejectAll((job) => closedError(job.topic));
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const request = nextRequest(this.queue);
      try {
        if (this.tainted) await this.startNewSession();
        requireAllAcknowledged(
          await this.producer.sendBatch({ acks: -1, topicMessages: request.topicMessages }),
          request,
        );
        for (const job of request.completes) this.settle(job, job.resolve);
      } catch (error) {
        this.tainted = true;
        const topics = request.topicMessages.map(({ topic }) => `"${topic}"`).join(', ');
        const reason = fromClient(error, `Could not write to ${topics}`);
        for (const job of request.completes) this.settle(job, () => job.reject(reason));
        this.rejectAll(() => reason);
      }
    }
    this.pump = undefined;
  }

  private async startNewSession(): Promise<void> {
    await this.producer.disconnect();
    this.producer = this.createProducer();
    await this.producer.connect();
    this.tainted = false;
  }

  private settle(job: Job, settle: () => void): void {
    this.buffered -= job.bytes;
    settle();
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  private rejectAll(reason: (job: Job) => ThawError): void {
    for (const job of this.queue.splice(0)) this.settle(job, () => job.reject(reason(job)));
  }
}

const takeGivenPartition = ({ message }: PartitionerArgs): number => message.partition!;

const closedError = (topic: string): ThawError =>
  new ThawError(
    'KAFKA_CLOSED',
    `Records for "${topic}" were not written: the sink is closed. Send before shutting down.`,
  );

/** Takes records off the queue, in order, until the request is full; always at least one. */
function nextRequest(queue: Job[]): Request {
  const messages = new Map<string, MessagesByPartition>();
  const completes: Job[] = [];
  let requestBytes = 0;
  let full = false;
  while (!full && queue.length > 0) {
    const job = queue[0]!;
    let list = messages.get(job.topic);
    if (!list) messages.set(job.topic, (list = new MessagesByPartition()));
    while (job.next < job.records.length) {
      const record = job.records[job.next]!;
      const size = sizeOfRecord(record);
      full = requestBytes > 0 && requestBytes + size > MAX_REQUEST_BYTES;
      if (full) break;
      requestBytes += size;
      list.add(record.partition, toMessage(record));
      job.next++;
    }
    if (!full) completes.push(queue.shift()!);
  }
  const topicMessages = [...messages]
    .filter(([, list]) => list.partitions > 0)
    .map(([topic, list]) => ({ topic, messages: list.messages }));
  const batches = [...messages.values()].reduce((sum, { partitions }) => sum + partitions, 0);
  return { topicMessages, batches, completes };
}

const toMessage = ({ partition, key, value, headers, timestampMs }: SinkRecord): Message => ({
  partition,
  key,
  value,
  ...(headers !== undefined && { headers: headers as NonNullable<Message['headers']> }),
  ...(timestampMs !== undefined && { timestamp: String(timestampMs) }),
});

/** kafkajs leaves out records for partitions that do not exist, without a word. */
function requireAllAcknowledged(acknowledged: readonly RecordMetadata[], request: Request): void {
  if (acknowledged.length === request.batches) return;
  const topics = request.topicMessages.map(({ topic }) => `"${topic}"`).join(', ');
  throw new ThawError(
    'KAFKA_TOPIC_UNKNOWN',
    `${acknowledged.length} of ${request.batches} partitions of ${topics} took their records. Send only to partitions ` +
      'that the topic has.',
  );
}
