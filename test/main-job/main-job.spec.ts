import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { credentials } from '@grpc/grpc-js';
import { operator, recommender } from '@thaw/contracts';
import { OperatorClient } from '../../apps/cli/src/clients/operator.js';
import { RecommenderClient } from '../../apps/cli/src/clients/recommender.js';
import { thaw } from '../../apps/cli/src/testing/thaw.js';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { GraphTopics } from '../support/graph-topics.js';
import { interactionEvent, listingEvent, productEvent, sellerId, smallMarket, tasteOf } from './market.js';
import { RunningThaw } from './running-thaw.js';

const MAX_LISTINGS = 10;
const LATER_MS = 1_700_100_000_000;
const SELLER = sellerId(0, 0);
const SETTINGS = {
  THAW_CO_INTERACTION_THRESHOLD: '2',
  THAW_MIN_CUSTOMERS: '3',
  THAW_MAX_LISTINGS: String(MAX_LISTINGS),
  THAW_MICRO_BATCH_MAX_DELAY_MS: '5',
};

let topics: GraphTopics;
let running: RunningThaw;
let client: RecommenderClient;
let versions: OperatorClient;

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  topics = await GraphTopics.create(bootstrap, `${uniqueTopic('job')}.`);
  await topics.produce(smallMarket(1));
  const settings = { ...SETTINGS, KAFKA_BROKERS: bootstrap, THAW_TOPIC_PREFIX: topics.prefix };
  running = await RunningThaw.start(settings, ['--no-simulate']);
  client = new RecommenderClient(running.grpc('recommender'), running.security);
  versions = new OperatorClient(running.grpc('trainer'), running.security);
}, 180_000);

afterAll(async () => {
  client.close();
  versions.close();
  await running.stop();
  await topics.close();
}, 60_000);

const recommend = (seller: recommender.RecommendRequest['seller'], limit = 20) =>
  client.recommend({ seller, limit, categoryIds: [], excludeProductIds: [], explain: true });
const forSeller = (id = SELLER, limit = 20) => recommend({ $case: 'sellerId', value: id }, limit);
const idsOf = ({ products }: recommender.RecommendResponse) => products.map(({ productId }) => productId);

/** Products of a ranked answer, once a trained version gives it. */
const ranked = () =>
  eventually(async () => {
    const answer = await forSeller();
    return answer.context?.fallback === recommender.Fallback.NONE ? answer : undefined;
  }, 'a version ranks');

const isGone = (id: string) =>
  eventually(
    async () => ((await forSeller(SELLER, 200)).products.some((p) => p.productId === id) ? undefined : true),
    `${id} is gone`,
  );

async function warm(id: string): Promise<void> {
  const sellers = Array.from({ length: MAX_LISTINGS }, (_, i) => `new-seller-${i}`);
  await topics.produce(sellers.map((seller) => listingEvent(seller, id, LATER_MS)));
}

describe('from event to recommendation', () => {
  test('a version comes by itself, and recommends what the seller is likely to list, with reasons', async () => {
    const { context, products } = await ranked();
    expect(context?.version).toMatch(/^v\d+/);
    const ofTaste = products.slice(0, 5).filter(({ productId }) => tasteOf(productId) === 0);
    expect(ofTaste.length).toBeGreaterThanOrEqual(4);
    expect(products.some(({ reasons }) => (reasons?.boughtWith.length ?? 0) > 0)).toBe(true);
    expect(products.every(({ listings }) => listings < MAX_LISTINGS)).toBe(true);
  });

  test('an eviction, a takedown and a new listing are obeyed', async () => {
    const [evicted = '', removed = '', listed = ''] = idsOf(await ranked());
    await warm(evicted);
    await topics.produce([productEvent(removed, LATER_MS, 'removed'), listingEvent(SELLER, listed, LATER_MS)]);
    for (const id of [evicted, removed, listed]) await isGone(id);
    const other = await forSeller(sellerId(0, 1), 200);
    expect(idsOf(other)).not.toContain(evicted);
    expect(idsOf(other)).not.toContain(removed);
  });

  test('a product that customers find is recommended without a new version', async () => {
    const { context } = await ranked();
    const id = 'candle-new';
    await topics.produce([productEvent(id, LATER_MS)]);
    await topics.produce(Array.from({ length: 12 }, (_, c) => interactionEvent(`customer-0-${c}`, id, LATER_MS)));
    const found = await eventually(async () => {
      const answer = await forSeller(SELLER, 200);
      return answer.products.some(({ productId }) => productId === id) ? answer : undefined;
    }, 'the new product is recommended');
    expect(found.context?.version).toBe(context?.version);
  });

  test('an operator has a new version made, and queries go on through the swap', async () => {
    const { context } = await ranked();
    const operatorClient = new operator.OperatorServiceClient(running.grpc('trainer'), credentials.createInsecure());
    const start = { commandId: 'full-1', kind: operator.RunKind.FULL, reason: 'test' };
    const runId = await new Promise<string>((resolve, reject) => {
      operatorClient.startRun(start, (error, response) => (error ? reject(error) : resolve(response.runId)));
    });
    expect(runId).not.toBe('');
    const seen = new Set<string>();
    const failures: unknown[] = [];
    await eventually(async () => {
      const answer = await forSeller().catch((error: unknown) => void failures.push(error));
      if (answer !== undefined) seen.add(answer.context?.version ?? '');
      return answer === undefined || answer.context?.version === context?.version ? undefined : true;
    }, 'another version serves');
    operatorClient.close();
    expect(failures).toEqual([]);
    expect(seen).not.toContain('');
    const newest = (await versions.versions(5)).find(({ state }) => state === operator.VersionState.SERVING);
    expect(newest?.version).toBe([...seen].at(-1));
  });

  test('a seller that nobody knows gets what is in demand, and is told so', async () => {
    const { context, products } = await forSeller('nobody');
    expect(context?.fallback).toBe(recommender.Fallback.UNKNOWN_SELLER);
    expect(products.length).toBeGreaterThan(0);
    const byWish = await recommend({ $case: 'listedProducts', value: { productIds: ['teapot-1', 'teapot-2'] } }, 5);
    expect(byWish.context?.fallback).toBe(recommender.Fallback.NONE);
    expect(idsOf(byWish).filter((id) => tasteOf(id) === 1).length).toBeGreaterThanOrEqual(4);
  });

  test('thaw status and thaw recommend say so too', async () => {
    const status = await eventually(async () => {
      const { exit, out } = await thaw(['status', '--output', 'json'], running.settings);
      return exit === 0 ? (JSON.parse(out) as { serving: { context: { version: string } } }) : undefined;
    }, 'all is ready');
    expect(status.serving.context.version).toMatch(/^v\d+/);
    const { exit, out } = await thaw(['recommend', SELLER, '--limit', '3', '--explain'], running.settings);
    expect(exit).toBe(0);
    expect(out).toMatch(/version v\d+[^]*PRODUCT[^]*candle/);
  });
});

describe.each(['graph', 'trainer', 'recommender'])('kill -9 of apps/%s', (app) => {
  test('it comes back, and the next event is obeyed', async () => {
    await ranked();
    running.kill(app);
    const answer = await ranked();
    const [next = ''] = idsOf(answer);
    await warm(next);
    await isGone(next);
    await eventually(() => Promise.resolve(running.pid(app)), `apps/${app} runs again`);
  });
});
