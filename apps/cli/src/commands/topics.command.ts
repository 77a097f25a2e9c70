import { Inject } from '@nestjs/common';
import { ThawError, TOPICS, prefixedTopic } from '@thaw/contracts';
import { createLogger } from '@thaw/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { ConfigSource } from '../session/config-source.js';
import { ensureTopics, type KafkaSession, existingKafka, recordsIn } from '../session/kafka.js';
import { count, table } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { parseReplicas } from './options.js';

interface TopicsCommandOptions {
  readonly create?: boolean;
  readonly replication?: number;
}

@Command({ name: 'topics', description: 'List the topics: what is on them, who writes and who reads them.' })
export class TopicsCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(_: string[], { create, replication }: TopicsCommandOptions = {}): Promise<void> {
    const { config, secrets } = this.source.load();
    const logger = createLogger({ ...config.log, level: this.output.isVerbose ? 'debug' : 'silent', secrets, fd: 2 });
    const session = await existingKafka(config, logger);
    try {
      if (create === true) await this.createTopics(session, config.kafka.topicPrefix, replication);
      const topics = await describeTopics(config.kafka.topicPrefix, session);
      this.output.result({ brokers: session?.brokers ?? null, topics }, () => asTable(topics));
      if (session === undefined)
        this.output.note('No Kafka runs here: `thaw up` starts one, KAFKA_BROKERS names your own.');
    } finally {
      await session?.close();
    }
  }

  private async createTopics(session: KafkaSession | undefined, prefix: string, replication?: number): Promise<void> {
    if (session === undefined) {
      throw new ThawError('KAFKA_UNAVAILABLE', 'There is no Kafka to create topics on: say where with KAFKA_BROKERS.');
    }
    const created = await ensureTopics(session.kafka, prefix, replication);
    this.output.note(created.length === 0 ? 'All topics were there.' : `Created: ${created.join(', ')}.`);
  }

  @Option({ flags: '--create', description: 'create those that are missing, and check those that exist' })
  createMissing(): boolean {
    return true;
  }

  @Option({
    flags: '--replication <n>',
    description: 'replicas of what --create creates (default: as the brokers say)',
  })
  replication(text: string): number {
    return parseReplicas(text);
  }

  @Help('after')
  examples(): string {
    return `
RECORDS is the number of records between the first and the last offset. It is "-" when no
broker is reachable or the topic does not exist yet.

Examples:
  $ thaw topics
  $ thaw topics --output json | jq '.topics[] | {name, records}'
  $ KAFKA_BROKERS=kafka-1:9092 thaw topics
  $ KAFKA_BROKERS=kafka-1:9092 thaw topics --create --replication 3`;
  }
}

const DAY_MS = 86_400_000;

type TopicReport = Awaited<ReturnType<typeof describeTopics>>[number];

async function describeTopics(prefix: string, session: KafkaSession | undefined) {
  return Promise.all(
    [...TOPICS].map(async ([name, definition]) => {
      const live = session && (await recordsIn(session.kafka, prefix, name));
      return {
        ...definition,
        name: prefixedTopic(prefix, name),
        partitions: live?.partitions ?? definition.partitions,
        exists: session === undefined ? null : live !== undefined,
        records: live?.records ?? null,
      };
    }),
  );
}

function retention({ cleanupPolicy, retentionMs }: TopicReport): string {
  if (cleanupPolicy === 'compact') return 'newest per key';
  return retentionMs < 0 ? 'for ever' : `${Math.round(retentionMs / DAY_MS)} days`;
}

function asTable(topics: readonly TopicReport[]): string {
  const header = ['TOPIC', 'KEY', 'PARTITIONS', 'RECORDS', 'KEPT', 'WRITTEN BY', 'READ BY'];
  const rows = topics.map((topic) => [
    topic.name,
    topic.key,
    String(topic.partitions),
    topic.records === null ? '-' : count(topic.records),
    retention(topic),
    topic.writtenBy.join(', '),
    topic.readBy.join(', '),
  ]);
  return table([header, ...rows], [2, 3]);
}
