import {
  encodeCustomerErasure,
  encodeInteraction,
  encodeListing,
  encodeProduct,
  type EncodedRecord,
  type Encoding,
  type InputTopic,
  prefixedTopic,
  topic,
  topicSettings,
} from '@thaw/contracts';
import type { DatasetEvent } from '@thaw/dataset';
import { type Kafka, partitionForKey, type RecordSink, type SinkRecord } from '@thaw/kafka';
import type { SimulatedEvent } from '@thaw/simulator';

const TOPICS = ['products', 'listings', 'interactions', 'erasures'] as const;

export interface InputEvent {
  readonly topic: InputTopic;
  readonly record: EncodedRecord;
}

export function encodeSimulated(simulated: SimulatedEvent, encoding: Encoding): InputEvent {
  switch (simulated.topic) {
    case 'products':
      return { topic: 'products', record: encodeProduct(simulated.event, encoding) };
    case 'listings':
      return { topic: 'listings', record: encodeListing(simulated.event, encoding) };
    case 'interactions':
      return { topic: 'interactions', record: encodeInteraction(simulated.event, encoding) };
    case 'erasures':
      return { topic: 'erasures', record: encodeCustomerErasure(simulated.event, encoding) };
  }
}

export function encodeDatasetEvent({ topic: name, value }: DatasetEvent, encoding: Encoding): InputEvent {
  if (name === 'products') return { topic: name, record: encodeProduct(value, encoding) };
  if (name === 'listings') return { topic: name, record: encodeListing(value, encoding) };
  return { topic: name, record: encodeInteraction(value, encoding) };
}

/** The input topics of one apps/graph under a prefix of their own, and a producer for them. */
export class GraphInputs {
  private constructor(
    readonly prefix: string,
    readonly sink: RecordSink,
  ) {}

  static async create(kafka: Kafka, prefix: string): Promise<GraphInputs> {
    const names = [...TOPICS, ...TOPICS.map((name) => `${name}.dlq` as const), 'graph-changes' as const];
    const specs = names.map((name) => {
      const definition = topic(name);
      const { partitions } = definition;
      return { name: prefixedTopic(prefix, name), partitions, config: topicSettings(definition) };
    });
    await kafka.ensureTopics(specs);
    return new GraphInputs(prefix, await kafka.sink());
  }

  /** Resolves when all are acknowledged. */
  async send(events: readonly InputEvent[]): Promise<void> {
    const batches = new Map<InputTopic, SinkRecord[]>();
    for (const { topic: name, record } of events) {
      const records = batches.get(name) ?? [];
      records.push({ ...record, partition: partitionForKey(record.key, topic(name).partitions) });
      batches.set(name, records);
    }
    const sends = [...batches].map(([name, records]) => this.sink.send(prefixedTopic(this.prefix, name), records));
    await Promise.all(sends);
  }
}
