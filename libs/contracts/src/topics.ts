const DAY_MS = 86_400_000;

/** Kafka's value for "keep for ever". */
export const UNLIMITED_RETENTION = -1;

/** Kafka's own default: what clients and brokers are tuned for. It bounds a batch, so it is well above LIMITS.recordBytes. */
const BATCH_BYTES = 1_048_588;

/** One topic, as it is created and as operators see it. */
export interface TopicDefinition {
  readonly name: string;
  /** What the record key is. */
  readonly key: string;
  readonly partitions: number;
  /** Milliseconds; UNLIMITED_RETENTION keeps records for ever. Of no effect on compacted topics. */
  readonly retentionMs: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  /** Kafka's max.message.bytes: the largest batch that the broker takes. */
  readonly maxMessageBytes: number;
  readonly writtenBy: readonly string[];
  readonly readBy: readonly string[];
  /** Full name of the protobuf message, or what else the value is. */
  readonly messageType: string;
  readonly purpose: string;
}

/** Topics that the outside world writes. Each has a dead-letter topic. */
export const INPUT_TOPICS = ['interactions', 'listings', 'products', 'erasures', 'co-interactions'] as const;
export type InputTopic = (typeof INPUT_TOPICS)[number];
export type DeadLetterTopic = `${InputTopic}.dlq`;
export type TopicName =
  InputTopic | DeadLetterTopic | 'graph-changes' | 'versions' | 'embeddings' | 'audit' | 'dead-letter-marks';

type Shape = Omit<TopicDefinition, 'name' | 'retentionMs' | 'cleanupPolicy' | 'maxMessageBytes'>;

// Inputs are kept for ever by choice: the state can be rebuilt from them, and `thaw verify` recounts from the first one.
const input = (name: InputTopic, shape: Omit<Shape, 'writtenBy' | 'readBy'>): TopicDefinition => ({
  name,
  retentionMs: UNLIMITED_RETENTION,
  cleanupPolicy: 'delete',
  maxMessageBytes: BATCH_BYTES,
  writtenBy: ['marketplace'],
  readBy: ['graph'],
  ...shape,
});

/** The last record of each key is kept for ever, so retention has nothing to say. */
const compacted = { retentionMs: UNLIMITED_RETENTION, cleanupPolicy: 'compact', maxMessageBytes: BATCH_BYTES } as const;

const deadLetters = (name: InputTopic): TopicDefinition => ({
  name: `${name}.dlq`,
  key: `as on ${name}`,
  partitions: 1,
  retentionMs: 30 * DAY_MS,
  cleanupPolicy: 'delete',
  maxMessageBytes: 2 * BATCH_BYTES, // what fitted its topic fits here too, with its x-dlq-* headers
  writtenBy: ['graph'],
  readBy: ['operator'],
  messageType: `the original bytes of a record of ${name}`,
  purpose: `Records of ${name} that could not be decoded, with x-dlq-* headers that say why`,
});

const definitions: readonly TopicDefinition[] = [
  input('interactions', {
    key: 'customer_id',
    partitions: 8,
    messageType: 'thaw.events.v1.Interaction',
    purpose: 'Customers view, click, add to the cart and purchase products',
  }),
  input('listings', {
    key: 'seller_id',
    partitions: 4,
    messageType: 'thaw.events.v1.Listing',
    purpose: 'Sellers list products and withdraw them',
  }),
  input('products', {
    key: 'product_id',
    partitions: 4,
    messageType: 'thaw.events.v1.Product',
    purpose: 'Products enter the catalogue, change and are removed',
  }),
  input('erasures', {
    key: 'customer_id',
    partitions: 1,
    messageType: 'thaw.events.v1.CustomerErasure',
    purpose: 'Customers whose interactions must be forgotten',
  }),
  {
    ...input('co-interactions', {
      key: 'product_id_a, line feed, product_id_b',
      partitions: 8,
      messageType: 'thaw.graph.v1.CoInteractionCount',
      purpose: 'Finished co-interaction counts, where a distributed counter takes the place of our own',
    }),
    ...compacted,
    writtenBy: ['distributed counter'],
  },
  {
    name: 'graph-changes',
    key: 'none: the order is the sequence number',
    partitions: 1,
    retentionMs: 7 * DAY_MS, // a reader that falls behind further takes ReadGraph again
    cleanupPolicy: 'delete',
    maxMessageBytes: BATCH_BYTES,
    writtenBy: ['graph'],
    readBy: ['trainer', 'recommender'],
    messageType: 'thaw.graph.v1.GraphChangeBatch',
    purpose: 'Every change of the reduced graph, in order and without gaps',
  },
  {
    ...compacted,
    name: 'versions',
    key: 'version',
    partitions: 1,
    writtenBy: ['trainer'],
    readBy: ['recommender', 'operator'],
    messageType: 'thaw.operator.v1.Version',
    purpose: 'Model versions and their state: serving, standby, rejected',
  },
  {
    ...compacted,
    name: 'embeddings',
    key: 'node id',
    partitions: 4,
    writtenBy: ['trainer'],
    readBy: ['recommender'],
    messageType: 'float32 vector, little-endian; the header says of which version',
    purpose: 'The newest embedding of each product and seller between two versions',
  },
  {
    name: 'audit',
    key: 'command_id',
    partitions: 1,
    retentionMs: UNLIMITED_RETENTION,
    cleanupPolicy: 'delete',
    maxMessageBytes: BATCH_BYTES,
    writtenBy: ['trainer', 'operator'],
    readBy: ['trainer', 'operator'],
    messageType: 'JSON object: AuditEntry of libs/contracts',
    purpose: 'Who commanded what, when and why, and what came of it',
  },
  ...INPUT_TOPICS.map(deadLetters),
  {
    ...compacted,
    name: 'dead-letter-marks',
    key: 'place of the record, as topic/partition/offset',
    partitions: 1,
    writtenBy: ['operator'],
    readBy: ['operator'],
    messageType: 'JSON object: how a dead letter was dealt with',
    purpose: 'Dead letters that were replayed or dropped',
  },
];

/** Every topic of Thaw, in the order in which data flows through them; dead letters and what became of them last. */
export const TOPICS: ReadonlyMap<TopicName, TopicDefinition> = new Map(
  definitions.map((definition) => [definition.name as TopicName, definition]),
);

/** The registry's entry of a topic. */
export function topic(name: TopicName): TopicDefinition {
  return TOPICS.get(name)!;
}

/** Where records of a topic go that cannot be decoded; takes names with a prefix too. */
export function deadLetterTopic<Name extends string>(name: Name): `${Name}.dlq` {
  return `${name}.dlq`;
}

/** The name on the broker: `prefix` (the setting `topicPrefix`, may be empty) lets tests and tenants share one. */
export function prefixedTopic(prefix: string, name: TopicName): string {
  return `${prefix}${name}`;
}

/** The settings that a topic is created with, by Kafka's names for them. */
export function topicSettings(definition: TopicDefinition): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': definition.cleanupPolicy,
    'retention.ms': String(definition.retentionMs),
    'max.message.bytes': String(definition.maxMessageBytes),
  };
}
