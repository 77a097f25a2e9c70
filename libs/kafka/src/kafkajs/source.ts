import { randomUUID } from 'node:crypto';
import { ThawError } from '@thaw/contracts';
import type { Admin, Consumer, EachBatchPayload, Kafka as Client } from 'kafkajs';
import type {
  BatchSource,
  LogFunction,
  PartitionLag,
  PartitionRange,
  RecordBatch,
  SourceOptions,
  SourceStatistics,
} from '../port.js';
import { RETRY_FOREVER } from './client.js';
import { fromClient } from './errors.js';
import { Positions } from './positions.js';
import { partitionRanges } from './topics.js';

const HEARTBEAT_MS = 1000;
const MIB = 1024 * 1024;
/** Without a broker, leaving the group waits for retries: closing does not. */
const CLOSE_TIMEOUT_MS = 5000;

export interface SourceDependencies {
  readonly client: Client;
  readonly admin: Admin;
  readonly log: LogFunction;
  /** Called whenever a partition's next offset has moved on, also past markers that no batch shows. */
  readonly onProgress?: (topic: string, partition: number, next: number) => void;
}

/**
 * Each run joins a group of its own, `<name>-<uuid>`, so that the membership of a killed predecessor delays nobody; the
 * group's offsets are neither read nor written.
 */
export class KafkajsSource implements BatchSource {
  readonly done: Promise<void>;
  private readonly positions = new Positions();
  private readonly ranges = new Map<string, PartitionRange[]>();
  private readonly paused = new Map<string, { readonly topic: string; readonly partition: number }>();
  private readonly closing = new AbortController();
  private readonly counters = { records: 0, redeliveredRecords: 0, fetchedBytes: 0, assignments: 0 };
  private readonly consumer: Consumer;
  private finish!: (reason?: ThawError) => void;
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly dependencies: SourceDependencies,
    private readonly options: SourceOptions,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.finish = (reason) => (reason ? reject(reason) : resolve());
    });
    // A caller that has not looked at `done` yet must not die of it: the reason is also logged.
    this.done.catch((reason: unknown) => {
      dependencies.log('error', `source "${options.name}" stopped`, { reason: ThawError.from(reason).message });
    });
    this.consumer = dependencies.client.consumer({
      groupId: `${options.name}-${randomUUID()}`,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: 250,
      maxBytes: options.maxFetchBytes ?? 10 * MIB,
      maxBytesPerPartition: options.maxFetchBytesPerPartition ?? MIB,
      allowAutoTopicCreation: false,
      retry: { ...RETRY_FOREVER, retries: 8, restartOnFailure: () => Promise.resolve(true) },
    });
  }

  static async open(dependencies: SourceDependencies, options: SourceOptions): Promise<KafkajsSource> {
    const source = new KafkajsSource(dependencies, options);
    try {
      await source.start();
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get statistics(): SourceStatistics {
    return { ...this.counters };
  }

  async lag(): Promise<PartitionLag[]> {
    const lags = this.options.topics.map(async (topic) => {
      const ranges = await partitionRanges(this.dependencies.admin, topic);
      return ranges.flatMap(({ partition, endOffset }) => {
        const position = this.positions.get(topic, partition)?.next;
        if (position === undefined) return [];
        return [{ topic, partition, position, endOffset, lag: Math.max(0, endOffset - position) }];
      });
    });
    return (await Promise.all(lags)).flat();
  }

  pause(topic: string, partition: number): void {
    this.paused.set(`${topic}/${partition}`, { topic, partition });
    this.consumer.pause([{ topic, partitions: [partition] }]);
  }

  resume(topic: string, partition: number): void {
    this.paused.delete(`${topic}/${partition}`);
    this.consumer.resume([{ topic, partitions: [partition] }]);
  }

  close(): Promise<void> {
    this.closed ??= this.stop();
    return this.closed;
  }

  private async start(): Promise<void> {
    const { consumer, options } = this;
    for (const topic of options.topics) this.ranges.set(topic, await partitionRanges(this.dependencies.admin, topic));
    this.requireOffsetsInRange();

    const firstAssignment = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        this.assign(payload.memberAssignment);
        resolve();
      });
      this.done.catch(reject);
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      const next = Number(lastOffset) + 1;
      if (batchSize === 0) this.positions.skipTo(topic, partition, next);
      this.dependencies.onProgress?.(topic, partition, next);
    });
    consumer.on(consumer.events.REQUEST, ({ payload: { apiName, size } }) => {
      if (apiName === 'Fetch') this.counters.fetchedBytes += size;
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.fail(fromClient(error, `Source "${options.name}" cannot read ${options.topics.join(', ')}`));
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.take(payload),
      });
    } catch (error) {
      throw fromClient(error, `Source "${options.name}" cannot read ${options.topics.join(', ')}`);
    }
    await firstAssignment;
  }

  private requireOffsetsInRange(): void {
    const { startOffset, whenOutOfRange = 'fail', name } = this.options;
    for (const [topic, ranges] of this.ranges) {
      for (const range of ranges) {
        const wanted = startOffset(topic, range.partition);
        if (typeof wanted !== 'number' || (wanted >= range.startOffset && wanted <= range.endOffset)) continue;
        const details = { topic, ...range, wanted };
        const found =
          `Source "${name}" wants offset ${wanted} of ${topic}/${range.partition}, which holds ` +
          `${range.startOffset} up to ${range.endOffset}`;
        if (whenOutOfRange === 'fail') {
          throw new ThawError(
            'KAFKA_OFFSET_OUT_OF_RANGE',
            `${found}. Records are missing: retention was faster than the reader, or the topic was made anew. Rebuild ` +
              'the state from the events that there are, or restore the topic.',
            { details },
          );
        }
        this.dependencies.log('warn', `${found}; it starts at the first record there is`, details);
      }
    }
  }

  /** Runs inside kafkajs's join: what is sought here is what the first fetch after it asks for. */
  private assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.counters.assignments++;
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const offset = this.resolveStart(topic, partition);
        this.positions.seek(topic, partition, offset);
        this.consumer.seek({ topic, partition, offset: String(offset) });
      }
    }
    for (const { topic, partition } of this.paused.values()) this.consumer.pause([{ topic, partitions: [partition] }]);
  }

  private resolveStart(topic: string, partition: number): number {
    const wanted = this.options.startOffset(topic, partition);
    const known = this.positions.get(topic, partition);
    // A partition that was added since the start has only records that were written since.
    const range = this.ranges.get(topic)?.find((one) => one.partition === partition) ?? {
      startOffset: 0,
      endOffset: 0,
    };
    if (typeof wanted !== 'number') return known?.next ?? (wanted === 'earliest' ? range.startOffset : range.endOffset);
    if (known) return wanted;
    return wanted < range.startOffset || wanted > range.endOffset ? range.startOffset : wanted;
  }

  private async take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { signal } = this.closing;
    const isObsolete = (): boolean => signal.aborted || !payload.isRunning() || payload.isStale();
    if (isObsolete()) return;
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => {
        // The fetch that follows meets the same condition and acts on it.
        this.dependencies.log('debug', 'heartbeat failed', { reason: String(error) });
      });
    }, HEARTBEAT_MS);
    try {
      for (const part of this.positions.split(batch)) {
        if (isObsolete()) return;
        this.positions.advance(part);
        this.count(part);
        await this.options.handler(part, signal);
      }
      if (!isObsolete()) payload.resolveOffset(batch.lastOffset());
    } catch (error) {
      if (!signal.aborted) this.fail(ThawError.from(error));
    } finally {
      clearInterval(beat);
    }
  }

  private count({ records, redelivered }: RecordBatch): void {
    this.counters.records += records.length;
    if (redelivered) this.counters.redeliveredRecords += records.length;
  }

  private fail(reason: ThawError): void {
    this.finish(reason);
    void this.close();
  }

  private async stop(): Promise<void> {
    this.closing.abort(new ThawError('KAFKA_CLOSED', `Source "${this.options.name}" is closing.`));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)));
    const disconnected = this.consumer.disconnect().catch((error: unknown) => {
      this.dependencies.log('debug', 'leaving the group failed', { reason: String(error) });
    });
    await Promise.race([disconnected, timeout]);
    clearTimeout(timer);
    this.finish();
  }
}
