import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeInteraction, encodeListing, encodeProduct, operator, type recommender } from '@thaw/contracts';
import { createMarketplace, type SimulatedEvent } from '@thaw/simulator';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { encodeSimulated, GraphInputs, type InputEvent } from '../graph-inputs.js';
import { WholeThaw } from '../whole-thaw.js';
import { withKafka } from '../with-kafka.js';

const BATCH_EVENTS = 5000;
const TICK_MS = 20;
const SHARED_CUSTOMERS = 8;
const MAX_LISTINGS = 10;
/** An answer that has not obeyed by now never will. */
const LIMIT_MS = 60_000;
const KINDS = ['eviction', 'listing', 'takedown', 'admission'] as const;
type Kind = (typeof KINDS)[number];

/** From the acknowledgement of an event by Kafka to the first answer of Recommend that obeys it, the whole of Thaw running. */
export const freshness: Benchmark = {
  options: {
    rate: { default: 1000, help: 'events per second meanwhile' },
    'warm-up': { default: 900_000, help: 'events before, as fast as they are taken' },
    probes: { default: 100, help: 'probes of each kind' },
    scale: { default: 0.25, help: 'size of the simulated marketplace' },
  },

  run: (context) =>
    withKafka(context, async (kafka, brokers) => {
      const topicPrefix = `fresh-${randomUUID().slice(0, 8)}.`;
      const inputs = await GraphInputs.create(kafka, topicPrefix);
      const dataDir = await mkdtemp(join(tmpdir(), 'thaw-bench-fresh-'));
      const { signal } = context;
      const thaw = await WholeThaw.start({ brokers, dataDir, topicPrefix, signal });
      try {
        return await run(context, inputs, thaw);
      } finally {
        await thaw.stop();
        await rm(dataDir, { recursive: true, force: true });
      }
    }),
};

async function run(context: BenchmarkContext, inputs: GraphInputs, thaw: WholeThaw): Promise<Result[]> {
  const { signal } = context;
  const progress = (line: string): void => context.progress(line);
  const market = new Market(inputs, context.number('scale'));
  progress('warming the marketplace up');
  await market.send(context.number('warm-up'), signal);
  let told = 0;
  await thaw.caughtUp(market.sent, signal, (done) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    progress(`  ${done} of ${market.sent} events consumed`);
  });
  const version = await thaw.train(operator.RunKind.FULL, signal, progress);
  const { candidates, recommendable, sellers } = await thaw.status();
  progress(`version ${version} serves ${recommendable} of ${candidates} candidates to ${sellers} sellers`);

  const ended = new AbortController();
  const feeding = market.feed(context.number('rate'), AbortSignal.any([signal, ended.signal]));
  const probes = new Probes(inputs, thaw, market, signal);
  const seconds: Record<Kind, number[]> = { eviction: [], listing: [], takedown: [], admission: [] };
  const count = context.number('probes');
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) progress(`probe ${i} of ${count}`);
    for (const kind of KINDS) seconds[kind].push(await probes.probe(kind));
  }
  ended.abort();
  await feeding;
  const facts = { probes: count, candidates, events_per_second: context.number('rate') };
  return KINDS.flatMap((kind) => {
    const sorted = seconds[kind].toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
    return [
      { metric: `${kind}_p50_seconds`, value: at(0.5), unit: 's', ...facts },
      { metric: `${kind}_p99_seconds`, value: at(0.99), unit: 's', ...facts },
      { metric: `${kind}_max_seconds`, value: at(1), unit: 's', ...facts },
    ];
  });
}

/** The simulated marketplace, and who is in it. */
class Market {
  sent = 0;
  readonly sellers = new Set<string>();
  readonly customers = new Set<string>();
  readonly #marketplace;

  constructor(
    private readonly inputs: GraphInputs,
    scale: number,
  ) {
    this.#marketplace = createMarketplace({ seed: 1, scale, clock: () => Date.now() });
  }

  /** Sends so many events as fast as they are taken. */
  async send(events: number, signal: AbortSignal): Promise<void> {
    for (let left = events; left > 0; left -= BATCH_EVENTS) {
      signal.throwIfAborted();
      await this.#batch(Math.min(BATCH_EVENTS, left));
    }
  }

  /** Sends events at a rate until the signal. */
  async feed(perSecond: number, signal: AbortSignal): Promise<void> {
    const startMs = performance.now();
    for (let given = 0; !signal.aborted;) {
      const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond) - given;
      if (due > 0) await this.#batch(due);
      given += Math.max(0, due);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  async #batch(count: number): Promise<void> {
    const events = this.#marketplace.next(count);
    for (const event of events) this.#note(event);
    await this.inputs.send(events.map((event) => encodeSimulated(event, 'protobuf')));
    this.sent += events.length;
  }

  #note({ topic, event }: SimulatedEvent): void {
    if (topic === 'listings') this.sellers.add(event.sellerId);
    if (topic === 'interactions' && this.customers.size < SHARED_CUSTOMERS) this.customers.add(event.customerId);
  }
}

/** Does something to a product that a seller is recommended, and asks until the answer shows it. */
class Probes {
  #number = 0;

  constructor(
    private readonly inputs: GraphInputs,
    private readonly thaw: WholeThaw,
    private readonly market: Market,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns seconds from the acknowledgement to the first answer that obeys */
  async probe(kind: Kind): Promise<number> {
    const number = this.#number++;
    const sellers = [...this.market.sellers];
    const sellerId = sellers[(number * 7919) % sellers.length]!;
    if (kind === 'admission') return await this.#admission(sellerId, number);
    const productId = await this.#firstFor(sellerId);
    const eventTimeMs = Date.now();
    if (kind === 'listing') await this.inputs.send([listing(sellerId, productId, eventTimeMs)]);
    else if (kind === 'takedown') await this.inputs.send([product(productId, '', 'removed', eventTimeMs)]);
    else {
      const others = Array.from({ length: MAX_LISTINGS }, (_, i) => `probe-seller-${number}-${i}`);
      await this.inputs.send(others.map((other) => listing(other, productId, eventTimeMs)));
    }
    return await this.#until(
      `the ${kind} of ${productId} for ${sellerId}`,
      sellerId,
      [],
      (ids) => !ids.includes(productId),
    );
  }

  /** A product of a category of its own, so that the answer holds it or nothing. */
  async #admission(sellerId: string, number: number): Promise<number> {
    const [productId, categoryId] = [`probe-product-${number}`, `probe-category-${number}`];
    const eventTimeMs = Date.now();
    await this.inputs.send([product(productId, categoryId, 'active', eventTimeMs)]);
    const interactions = [...this.market.customers].map((customerId) => ({
      topic: 'interactions' as const,
      record: encodeInteraction({ customerId, productId, type: 'purchase', eventTimeMs }, 'protobuf'),
    }));
    await this.inputs.send(interactions);
    return await this.#until(`the admission of ${productId}`, sellerId, [categoryId], (ids) => ids.includes(productId));
  }

  async #firstFor(sellerId: string): Promise<string> {
    const { products } = await this.#ask(sellerId, [], 1);
    return products[0]!.productId;
  }

  async #until(
    what: string,
    sellerId: string,
    categoryIds: string[],
    isObeyed: (ids: readonly string[]) => boolean,
  ): Promise<number> {
    const startMs = performance.now();
    while (performance.now() - startMs < LIMIT_MS) {
      this.signal.throwIfAborted();
      const { products } = await this.#ask(sellerId, categoryIds, 20);
      if (isObeyed(products.map(({ productId }) => productId))) return (performance.now() - startMs) / 1000;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error(`${what} was not obeyed within ${LIMIT_MS / 1000} s`);
  }

  async #ask(sellerId: string, categoryIds: string[], limit: number): Promise<recommender.RecommendResponse> {
    return await this.thaw.recommend({ seller: { $case: 'sellerId', value: sellerId }, categoryIds, limit });
  }
}

const listing = (sellerId: string, productId: string, eventTimeMs: number): InputEvent => ({
  topic: 'listings',
  record: encodeListing({ sellerId, productId, status: 'listed', eventTimeMs }, 'protobuf'),
});

const product = (
  productId: string,
  categoryId: string,
  status: 'active' | 'removed',
  eventTimeMs: number,
): InputEvent => ({
  topic: 'products',
  record: encodeProduct(
    { productId, categoryId, title: `probe ${productId}`, description: '', status, eventTimeMs },
    'protobuf',
  ),
});
