import { prefixedTopic, topic, topicSettings } from '@thaw/contracts';
import { DEFAULT_GRAPH_SETTINGS } from '@thaw/graph';
import type { RecordSink } from '@thaw/kafka';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testBroker } from '../support/broker.js';
import { GraphFixture } from '../support/graph-fixture.js';
import type { AnyEvent } from '../support/graph-events.js';
import type { GraphProcess } from '../support/graph-process.js';
import { RecommenderProcess, type RecommenderProcessOptions } from '../support/recommender-process.js';
import { ToyTrainer } from '../support/toy-version.js';
import { until } from '../support/until.js';

export const SHOP_SETTINGS = {
  ...DEFAULT_GRAPH_SETTINGS,
  historyLimit: 100,
  coInteractionThreshold: 2,
  minCustomers: 3,
  maxListings: 3,
};

export const PRODUCTS = Array.from({ length: 30 }, (_, i) => `p${String(i).padStart(2, '0')}`);
export const CATEGORIES = ['a0', 'a1', 'a2'];
/** s2 has withdrawn what it listed. */
export const LISTINGS: Readonly<Record<string, readonly string[]>> = {
  s0: ['p00', 'p01', 'p02'],
  s1: ['p00', 'p03'],
  s2: [],
};

let time = 1_700_000_000_000;
const now = (): number => (time += 1000);

export const listed = (sellerId: string, productId: string): AnyEvent => ({
  kind: 'listing',
  event: { sellerId, productId, status: 'listed', eventTimeMs: now() },
});
export const withdrawn = (sellerId: string, productId: string): AnyEvent => ({
  kind: 'listing',
  event: { sellerId, productId, status: 'withdrawn', eventTimeMs: now() },
});
export const product = (productId: string, status: 'active' | 'removed' = 'active'): AnyEvent => ({
  kind: 'product',
  event: {
    productId,
    categoryId: CATEGORIES[Number(productId.slice(1)) % 3]!,
    title: `title of ${productId}`,
    description: `description of ${productId}`,
    status,
    eventTimeMs: now(),
  },
});
export const bought = (customerId: string, productId: string): AnyEvent => ({
  kind: 'interaction',
  event: { customerId, productId, type: 'purchase', eventTimeMs: now() },
});

/** A small shop: product i is bought by the customers i, i + 1 and i + 2 of six, all numbers modulo six. */
function openingEvents(): AnyEvent[] {
  const events = PRODUCTS.map((id) => product(id));
  PRODUCTS.forEach((id, i) => {
    for (const step of [0, 1, 2]) events.push(bought(`customer ${(i + step) % 6}`, id));
  });
  for (const [seller, ids] of Object.entries(LISTINGS)) for (const id of ids) events.push(listed(seller, id));
  events.push(listed('s2', 'p05'), withdrawn('s2', 'p05'));
  return events;
}

/** One test's broker topics, apps/graph with a small shop in it, and the recommenders that are started on them. */
export class Shop {
  readonly #recommenders: RecommenderProcess[] = [];

  private constructor(
    readonly fixture: GraphFixture,
    readonly graph: GraphProcess,
    readonly sink: RecordSink,
    readonly bundleDir: string,
  ) {}

  static async open(name: string): Promise<Shop> {
    const { bootstrap } = await testBroker();
    const fixture = await GraphFixture.create(bootstrap, name);
    const { topics } = fixture;
    await topics.kafka.ensureTopics(
      (['versions', 'embeddings'] as const).map((each) => ({
        name: prefixedTopic(topics.prefix, each),
        partitions: topic(each).partitions,
        config: topicSettings(topic(each)),
      })),
    );
    const graph = await fixture.start(SHOP_SETTINGS);
    await topics.produce(openingEvents());
    await fixture.readAll(graph);
    const bundleDir = await mkdtemp(join(tmpdir(), 'thaw-bundles-'));
    return new Shop(fixture, graph, await topics.kafka.sink(), bundleDir);
  }

  get trainer(): ToyTrainer {
    return new ToyTrainer(this.sink, this.fixture.topics.prefix);
  }

  async recommender(options: Partial<RecommenderProcessOptions> = {}): Promise<RecommenderProcess> {
    const { fixture, graph, bundleDir } = this;
    const app = await RecommenderProcess.start({
      bootstrap: fixture.bootstrap,
      topicPrefix: fixture.topics.prefix,
      graphAddress: `127.0.0.1:${graph.grpcPort}`,
      bundleDir,
      ...options,
    });
    this.#recommenders.push(app);
    return app;
  }

  async readyRecommender(options: Partial<RecommenderProcessOptions> = {}): Promise<RecommenderProcess> {
    const app = await this.recommender(options);
    await until(async () => await app.isReady());
    return app;
  }

  /** Produces, and resolves when apps/graph has read it; returns the sequence number of its graph then. */
  async happen(...events: AnyEvent[]): Promise<number> {
    await this.fixture.topics.produce(events);
    return (await this.fixture.readAll(this.graph)).header.sequence;
  }

  /** Resolves when the recommender obeys the change. */
  async obeyed(app: RecommenderProcess, sequence: number): Promise<void> {
    await until(async () => ((await app.status()).context?.graphSequence ?? 0) >= sequence);
  }

  async close(): Promise<void> {
    for (const app of this.#recommenders) if (!app.hasExited) await app.kill('SIGTERM');
    await this.sink.close();
    await this.fixture.close();
    await rm(this.bundleDir, { recursive: true });
  }
}
