import { operator, prefixedTopic, topic, topicSettings, type TopicName } from '@thaw/contracts';
import { DirectoryBundleStore } from '@thaw/bundle';
import type { SourceRecord } from '@thaw/kafka';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GraphFixture } from './graph-fixture.js';
import { eventually, type GraphProcess } from './graph-process.js';
import type { AnyEvent } from './graph-events.js';
import { TrainerProcess } from './trainer-process.js';
import { DEFAULT_GRAPH_SETTINGS, type GraphSettings } from '@thaw/graph';

const TOPICS: readonly TopicName[] = ['versions', 'embeddings', 'audit'];

export const SHOP_SETTINGS: GraphSettings = {
  ...DEFAULT_GRAPH_SETTINGS,
  coInteractionThreshold: 2,
  minCustomers: 2,
  maxListings: 10,
};

/** Versions come when a test says so, and small vectors do. */
const TRAINER_SETTINGS = {
  THAW_TRAINER_MIN_GAP: '1h',
  THAW_TRAINER_VECTOR_BYTES: '1MiB',
  THAW_TRAINER_WORKERS: '1',
};

/** A live embedding as it lies on its topic. */
export interface PublishedEmbedding {
  readonly key: string;
  readonly version: string;
  /** Null: the node is gone. */
  readonly vector: Float32Array | null;
}

/** A real apps/graph with events, and the trainers that are started on it. */
export class TrainerFixture {
  readonly #trainers: TrainerProcess[] = [];

  private constructor(
    readonly graph: GraphFixture,
    private readonly app: GraphProcess,
  ) {}

  /** Resolves when the graph has read the events. */
  static async create(bootstrap: string, name: string, events: readonly AnyEvent[]): Promise<TrainerFixture> {
    const fixture = await GraphFixture.create(bootstrap, name);
    await fixture.topics.kafka.ensureTopics(
      TOPICS.map((each) => ({
        name: prefixedTopic(fixture.topics.prefix, each),
        partitions: topic(each).partitions,
        config: topicSettings(topic(each)),
      })),
    );
    await fixture.topics.produce(events);
    const app = await fixture.start(SHOP_SETTINGS);
    const trainer = new TrainerFixture(fixture, app);
    await trainer.settled();
    return trainer;
  }

  /** `host:port` of apps/graph. */
  get graphAddress(): string {
    return this.app.grpcAddress;
  }

  get bundleFolder(): string {
    return join(this.graph.dataDir, 'bundles');
  }

  /** What lies beside the bundles: stagings, and what is being removed. */
  get leftovers(): string[] {
    return readdirSync(this.bundleFolder).filter((name) => name.startsWith('.'));
  }

  async bundles(): Promise<DirectoryBundleStore> {
    return await DirectoryBundleStore.open(this.bundleFolder, { readOnly: true });
  }

  async start(settings: Readonly<Record<string, string>> = {}): Promise<TrainerProcess> {
    const { bootstrap, dataDir, topics } = this.graph;
    const trainer = await TrainerProcess.start({
      bootstrap,
      dataDir,
      topicPrefix: topics.prefix,
      graphAddress: this.app.grpcAddress,
      settings: { ...TRAINER_SETTINGS, ...settings },
    });
    this.#trainers.push(trainer);
    return trainer;
  }

  /** Feeds events, and waits until the graph has read them. */
  async feed(events: readonly AnyEvent[]): Promise<void> {
    await this.graph.topics.produce(events);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.graph.readAll(this.app);
  }

  /** Every record of the topic `versions`, in order. */
  async announced(): Promise<operator.Version[]> {
    const records = await this.#records('versions');
    return records.flatMap(({ value }) => (value === null ? [] : [operator.Version.decode(value)]));
  }

  /** Every record of the topic `embeddings`, those of a key in order. */
  async embeddings(): Promise<PublishedEmbedding[]> {
    const records = await this.#records('embeddings');
    return records.map(({ key, value, headers }) => ({
      key: String(key),
      version: String(headers['thaw-version']),
      vector: value === null ? null : new Float32Array(Uint8Array.from(value).buffer),
    }));
  }

  /** The newest live embedding of a node, once one is there. */
  async embeddingOf(key: string): Promise<PublishedEmbedding> {
    return await eventually(
      async () => (await this.embeddings()).findLast((embedding) => embedding.key === key),
      `${key} is embedded`,
    );
  }

  async close(): Promise<void> {
    for (const trainer of this.#trainers) await trainer.close();
    await this.graph.close();
  }

  async #records(name: TopicName): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    await this.graph.topics.kafka.readAll([prefixedTopic(this.graph.topics.prefix, name)], (batch) => {
      records.push(...batch.records);
      return Promise.resolve();
    });
    return records;
  }
}
