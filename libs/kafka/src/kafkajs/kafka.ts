import { ThawError } from '@thaw/contracts';
import type { Admin, Kafka as Client } from 'kafkajs';
import type { KafkaConnection } from '../connection.js';
import { RetryingDeadLetterSink } from '../dead-letter.js';
import type {
  BatchHandler,
  BatchSource,
  DeadLetterSink,
  Kafka,
  LogFunction,
  PartitionOffset,
  PartitionRange,
  ReadAllOptions,
  RecordSink,
  SinkOptions,
  SourceOptions,
  SourceRecord,
  TopicSpec,
} from '../port.js';
import { clientConfig, createClient, RETRY_FOREVER } from './client.js';
import { fromClient } from './errors.js';
import { commitCluster } from './internals.js';
import { LagCommits } from './lag-commits.js';
import { readAll, tailRecord } from './read.js';
import { KafkajsSink } from './sink.js';
import { KafkajsSource, type SourceDependencies } from './source.js';
import { ensureTopics, partitionRanges } from './topics.js';

const DEFAULT_PING_TIMEOUT_MS = 10_000;
/** Calls of the admin client give up after about 10 s: their callers are people or loops that try again. */
const ADMIN_RETRY = { ...RETRY_FOREVER, retries: 12 };
/** A dead-letter write gives up early, so that the wait for the topic is counted and logged. */
const DEAD_LETTER_ATTEMPTS = 3;

class KafkajsKafka implements Kafka {
  private readonly client: Client;
  private readonly lagCommits: LagCommits;
  private admin: Promise<Admin> | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly log: LogFunction,
  ) {
    const config = clientConfig(connection, log);
    this.client = createClient(config);
    const impatient = { ...config, retry: { ...RETRY_FOREVER, retries: 3 } };
    this.lagCommits = new LagCommits(commitCluster(impatient, this.client.logger()), log);
  }

  async ping(timeoutMs = DEFAULT_PING_TIMEOUT_MS): Promise<{ readonly clusterId: string }> {
    const brokers = this.connection.brokers.join(', ');
    let lastTrouble = 'nothing was heard';
    const client = createClient({
      ...clientConfig(this.connection, (level, message, fields) => {
        if (level === 'warn') lastTrouble = message;
        this.log('debug', message, fields);
      }),
      retry: { ...RETRY_FOREVER, retries: Math.ceil(timeoutMs / 1000) + 2 },
    });
    const admin = client.admin();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const late = (): void => reject(new Error(`no answer within ${timeoutMs} ms (${lastTrouble})`));
      timer = setTimeout(late, timeoutMs);
    });
    try {
      const answer = admin.connect().then(() => admin.describeCluster());
      const { clusterId } = await Promise.race([answer, timeout]);
      return { clusterId };
    } catch (error) {
      throw fromClient(error, `No Kafka at ${brokers}`);
    } finally {
      clearTimeout(timer);
      await admin.disconnect();
    }
  }

  async source(options: SourceOptions): Promise<BatchSource> {
    return KafkajsSource.open(await this.dependencies(), options);
  }

  sink(options: SinkOptions = {}): Promise<RecordSink> {
    return KafkajsSink.open(this.client, options);
  }

  async deadLetters(): Promise<DeadLetterSink> {
    const sink = await this.sink({ attempts: DEAD_LETTER_ATTEMPTS });
    return new RetryingDeadLetterSink({ sink, partitionsOf: (topic) => this.offsets(topic), log: this.log });
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<{ readonly created: readonly string[] }> {
    const created = await ensureTopics(await this.connectedAdmin(), specs, this.log);
    return { created };
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    const admin = await this.connectedAdmin();
    try {
      await admin.deleteTopics({ topics: [...names] });
    } catch (error) {
      throw fromClient(error, `Could not delete ${names.join(', ')}`);
    }
  }

  async offsets(topic: string): Promise<PartitionRange[]> {
    return partitionRanges(await this.connectedAdmin(), topic);
  }

  async tailRecord(topic: string, partition: number): Promise<SourceRecord | undefined> {
    return tailRecord(await this.dependencies(), topic, partition);
  }

  async readAll(topics: readonly string[], handler: BatchHandler, options: ReadAllOptions = {}): Promise<void> {
    await readAll(await this.dependencies(), topics, handler, options);
  }

  commitForLagTools(name: string, offsets: readonly PartitionOffset[]): void {
    this.lagCommits.commit(name, offsets);
  }

  async close(): Promise<void> {
    await this.lagCommits.close();
    const admin = await this.admin?.catch(() => undefined);
    await admin?.disconnect();
  }

  private async dependencies(): Promise<SourceDependencies> {
    return { client: this.client, admin: await this.connectedAdmin(), log: this.log };
  }

  /** Connects on first use; a failed attempt is forgotten, so that the next call tries again. */
  private connectedAdmin(): Promise<Admin> {
    this.admin ??= this.connectAdmin().catch((error: unknown) => {
      this.admin = undefined;
      throw ThawError.from(error);
    });
    return this.admin;
  }

  private async connectAdmin(): Promise<Admin> {
    const config = clientConfig(this.connection, this.log);
    const admin = createClient({ ...config, retry: ADMIN_RETRY }).admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      throw fromClient(error, `No Kafka at ${this.connection.brokers.join(', ')}`);
    }
  }
}

/** Opens no connection yet; see `Kafka.ping`. */
export const createKafka = (connection: KafkaConnection, log: LogFunction): Kafka => new KafkajsKafka(connection, log);
