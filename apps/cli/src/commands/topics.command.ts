import { Inject } from '@nestjs/common';
import { TOPICS, prefixedTopic } from '@thaw/contracts';
import { createLogger } from '@thaw/platform';
import { Command, CommandRunner, Help } from 'nest-commander';
import { ConfigSource } from '../session/config-source.js';
import { type KafkaSession, existingKafka, recordsIn } from '../session/kafka.js';
import { count, table } from '../terminal/format.js';
import { Output } from '../terminal/output.js';

@Command({ name: 'topics', description: 'List the topics: what is on them, who writes and who reads them.' })
export class TopicsCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(): Promise<void> {
    const { config, secrets } = this.source.load();
    const logger = createLogger({ ...config.log, level: this.output.isVerbose ? 'debug' : 'silent', secrets, fd: 2 });
    const session = await existingKafka(config, logger);
    try {
      const topics = await describeTopics(config.kafka.topicPrefix, session);
      this.output.result({ brokers: session?.brokers ?? null, topics }, () => asTable(topics));
      if (session === undefined)
        this.output.note('No Kafka runs here: `thaw up` starts one, KAFKA_BROKERS names your own.');
    } finally {
      await session?.close();
    }
  }

  @Help('after')
  examples(): string {
    return `
RECORDS is the number of records between the first and the last offset. It is "-" when no
broker is reachable or the topic does not exist yet.

Examples:
  $ thaw topics
  $ thaw topics --output json | jq '.topics[] | {name, records}'
  $ KAFKA_BROKERS=kafka-1:9092 thaw topics`;
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
