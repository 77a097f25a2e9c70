import { join } from 'node:path';
import { TOPICS, ThawError, type TopicName, prefixedTopic, topicSettings } from '@thaw/contracts';
import { type EmbeddedBroker, type Kafka, type LogFunction, createKafka, startEmbeddedBroker } from '@thaw/kafka';
import { type Config, kafkaConnection, type Logger } from '@thaw/platform';
import { BrokerKeeper } from './broker-keeper.js';
import { findRunning } from './running.js';

/** How a command came by its Kafka. */
export type KafkaOrigin = 'configured' | 'running' | 'embedded';

export interface KafkaSession {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
  readonly origin: KafkaOrigin;
  readonly clusterId: string;
  /** Closes the client, and the broker if this process started it. */
  close(): Promise<void>;
}

export const logFunction =
  (logger: Logger): LogFunction =>
  (level, message, fields) =>
    logger[level](fields, message);

interface FoundBrokers {
  readonly brokers: readonly string[];
  readonly origin: KafkaOrigin;
}

/** The brokers of KAFKA_BROKERS, or those of the `thaw up` that runs on this data directory. */
export function findBrokers(config: Config): FoundBrokers | undefined {
  if (config.kafka.brokers !== undefined) return { brokers: config.kafka.brokers, origin: 'configured' };
  const running = findRunning(config.paths.dataDir);
  return running === undefined ? undefined : { brokers: running.brokers, origin: 'running' };
}

async function connect(found: FoundBrokers, config: Config, logger: Logger, pingMs?: number): Promise<KafkaSession> {
  const kafka = createKafka(kafkaConnection(config.kafka, found.brokers, 'thaw-cli'), logFunction(logger));
  try {
    const { clusterId } = await kafka.ping(pingMs);
    return { ...found, kafka, clusterId, close: () => kafka.close() };
  } catch (error) {
    await kafka.close();
    throw error;
  }
}

/**
 * A Kafka that is there already; undefined when none is configured and no `thaw up` runs.
 * @throws ThawError KAFKA_UNAVAILABLE when it does not answer within `pingMs` (default 10 s)
 */
export async function existingKafka(
  config: Config,
  logger: Logger,
  pingMs?: number,
): Promise<KafkaSession | undefined> {
  const found = findBrokers(config);
  return found === undefined ? undefined : connect(found, config, logger, pingMs);
}

/** As `existingKafka`. @throws ThawError KAFKA_UNAVAILABLE also where there is none */
export async function requireKafka(config: Config, logger: Logger): Promise<KafkaSession> {
  const session = await existingKafka(config, logger);
  if (session !== undefined) return session;
  throw new ThawError(
    'KAFKA_UNAVAILABLE',
    `No Kafka runs for ${config.paths.dataDir}. Run \`thaw up\` in another terminal, or set KAFKA_BROKERS.`,
  );
}

/** Of the Kafka that is there; null where none is, or it does not answer. */
export async function clusterIdOf(config: Config, logger: Logger): Promise<string | null> {
  try {
    const session = await existingKafka(config, logger);
    await session?.close();
    return session?.clusterId ?? null;
  } catch {
    return null;
  }
}

export interface OpenOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Told what takes long while the embedded broker starts. */
  readonly onProgress: (what: string) => void;
  readonly signal: AbortSignal;
  /** Called when the embedded broker ended and could not be started again. Default: logged. */
  readonly onBrokerGone?: (error: unknown) => void;
}

function startBroker(options: OpenOptions, port: number | undefined): Promise<EmbeddedBroker> {
  const { config, logger, onProgress, signal } = options;
  const { mavenRepository } = config.kafka;
  return startEmbeddedBroker({
    dataDir: join(config.paths.dataDir, 'broker'),
    cacheDir: config.paths.cacheDir,
    ...(port !== undefined && { port }),
    ...(mavenRepository !== undefined && { mavenRepository }),
    onProgress: ({ done, total, what }) => onProgress(`Fetching Kafka, once: ${done} of ${total} files (${what})`),
    log: logFunction(logger.child({ component: 'broker' })),
    signal,
  });
}

/** Starts the embedded broker of the data directory, connects to it and keeps it running. */
export async function startKafka(options: OpenOptions): Promise<KafkaSession> {
  const { config, logger, onProgress, onBrokerGone } = options;
  onProgress('Starting the embedded Kafka …');
  const broker = await startBroker(options, config.kafka.embeddedPort);
  const keeper = new BrokerKeeper({
    broker,
    restart: () => startBroker(options, broker.port),
    logger,
    onGone: onBrokerGone ?? ((err) => logger.error({ err }, 'the embedded Kafka could not be started again')),
  });
  try {
    const session = await connect({ brokers: [broker.bootstrap], origin: 'embedded' }, config, logger);
    const close = async (): Promise<void> => {
      await session.close();
      await keeper.stop();
    };
    return { ...session, close };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

/** A Kafka that is there already, otherwise an embedded one for as long as this command runs. */
export async function openKafka(options: OpenOptions): Promise<KafkaSession> {
  return (await existingKafka(options.config, options.logger)) ?? startKafka(options);
}

/** Creates the topics of the registry that are missing, with as many replicas as the brokers' default unless said. */
export async function ensureTopics(
  kafka: Kafka,
  prefix: string,
  replicationFactor?: number,
): Promise<readonly string[]> {
  const specs = [...TOPICS].map(([name, definition]) => ({
    name: prefixedTopic(prefix, name),
    partitions: definition.partitions,
    config: topicSettings(definition),
    ...(replicationFactor !== undefined && { replicationFactor }),
  }));
  return (await kafka.ensureTopics(specs)).created;
}

/** Live numbers of a topic; undefined when it does not exist yet. */
export async function recordsIn(
  kafka: Kafka,
  prefix: string,
  name: TopicName,
): Promise<{ readonly partitions: number; readonly records: number } | undefined> {
  const ranges = await kafka.offsets(prefixedTopic(prefix, name)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'KAFKA_TOPIC_UNKNOWN') return undefined;
    throw error;
  });
  if (ranges === undefined) return undefined;
  const records = ranges.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
  return { partitions: ranges.length, records };
}
