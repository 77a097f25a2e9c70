import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator, recommender } from '@thaw/contracts';
import { RecommenderClient } from '../../apps/cli/src/clients/recommender.js';
import { interactionEvent, listingEvent, productEvent, sellerId, smallMarket } from '../main-job/market.js';
import { RunningThaw } from '../main-job/running-thaw.js';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { GraphTopics } from '../support/graph-topics.js';
import { committedRules, dashboardQueries } from './committed.js';
import { isInstalled, RunningPrometheus, type Sample } from './prometheus.js';
import { selectorsOf } from './selectors.js';

const APPS = ['graph', 'trainer', 'recommender'] as const;
const LATER_MS = 1_700_100_000_000;
const SELLER = sellerId(0, 0);
const SETTINGS = {
  THAW_CO_INTERACTION_THRESHOLD: '2',
  THAW_MIN_CUSTOMERS: '3',
  THAW_MICRO_BATCH_MAX_DELAY_MS: '5',
};
const withPrometheus = isInstalled('prometheus') ? describe : describe.skip;

withPrometheus('on a running Thaw', () => {
  let topics: GraphTopics;
  let running: RunningThaw;
  let client: RecommenderClient;
  let prometheus: RunningPrometheus;

  beforeAll(async () => {
    const { bootstrap } = await testBroker();
    topics = await GraphTopics.create(bootstrap, `${uniqueTopic('queries')}.`);
    await topics.produce(smallMarket(1));
    const settings = { ...SETTINGS, KAFKA_BROKERS: bootstrap, THAW_TOPIC_PREFIX: topics.prefix };
    running = await RunningThaw.start(settings, ['--no-simulate']);
    client = new RecommenderClient(running.grpc('recommender'), running.security);
    await firstVersion(client); // calls that come too early for the graph are not to be seen as failing ones
    prometheus = await RunningPrometheus.start(
      Object.fromEntries(APPS.map((app) => [`thaw-${app}`, new URL(running.http(app)).host])),
    );
    await eventually(async () => {
      const [up] = await prometheus.query('sum(up)');
      return up?.value === APPS.length || undefined;
    }, 'Prometheus has scraped every app'); // what is counted from here on is seen to grow
    await live(running, topics, client);
  }, 180_000);

  afterAll(async () => {
    await prometheus.stop();
    client.close();
    await running.stop();
    await topics.close();
  }, 60_000);

  /** Queries that do not give a number yet, each with what it gave. Asks until there are none, or in vain. */
  async function withoutNumbers(
    queries: readonly { readonly where: string; readonly expr: string }[],
    isGood: (samples: readonly Sample[]) => boolean,
  ): Promise<string[]> {
    let left = queries.map(({ where, expr }) => ({ where, expr, gave: '' }));
    const all = eventually(
      async () => {
        const answers = await Promise.all(
          left.map(async (query) => ({ query, samples: await prometheus.query(query.expr) })),
        );
        left = answers
          .filter(({ samples }) => !isGood(samples))
          .map(({ query, samples }) => ({ ...query, gave: JSON.stringify(samples) }));
        return left.length === 0 || undefined;
      },
      'every query has a number',
      30_000,
    );
    await all.catch((error: unknown) => {
      if (left.every(({ gave }) => gave === '')) throw error;
    });
    return left.map(({ where, expr, gave }) => `${where}: ${expr} gives ${gave}`);
  }

  const hasNumber = (samples: readonly Sample[]): boolean => samples.some(({ value }) => Number.isFinite(value));

  test('every query of every dashboard gives a number', async () => {
    const queries = dashboardQueries().map(({ where, expr }) => ({ where, expr: inGrafana(expr) }));
    expect(queries.length).toBeGreaterThan(90);
    expect(await withoutNumbers(queries, hasNumber)).toEqual([]);
  });

  test('every rule is evaluated, what is recorded is there, and so is all that alerts go by', async () => {
    const rules = committedRules();
    const recorded = rules.flatMap(({ record }) => (record === undefined ? [] : [{ where: record, expr: record }]));
    expect(await withoutNumbers(recorded, hasNumber)).toEqual([]);
    const selectors = rules.flatMap(({ alert, record, expr }) =>
      selectorsOf(expr).map(({ text, name }) => ({ where: `${(alert ?? record)!}, ${name}`, expr: text })),
    );
    expect(await withoutNumbers(selectors, (samples) => samples.length > 0)).toEqual([]);
    expect(await prometheus.unhealthyRules()).toEqual([]);
  });

  test('no alert is about to fire, but for those that this test or a slow machine with a full disk brings about', async () => {
    const ofTheMachine = /Disk|Fresh|Behind|Slow|VersionNotServed|Lag/;
    const ofTheTest = /Fallbacks/; // half of its calls are for a seller that nobody knows
    const pending = (await prometheus.query('ALERTS')).map(({ labels }) => labels['alertname'] ?? '');
    expect(pending.filter((name) => !ofTheMachine.test(name) && !ofTheTest.test(name))).toEqual([]);
  });
});

/** The query as Grafana sends it, over windows that hold all of a test. */
function inGrafana(expr: string): string {
  return expr
    .replaceAll('$job', APPS.map((app) => `thaw-${app}`).join('|'))
    .replaceAll('$instance', '.+')
    .replaceAll(/\$__(rate_interval|interval|range)\b/g, '5m');
}

const recommend = (client: RecommenderClient, sellerId: string) =>
  client.recommend({
    seller: { $case: 'sellerId', value: sellerId },
    limit: 100,
    categoryIds: [],
    excludeProductIds: [],
    explain: false,
  });

const firstVersion = (client: RecommenderClient) =>
  eventually(async () => {
    const { context } = await recommend(client, SELLER);
    return context?.fallback === recommender.Fallback.NONE || undefined;
  }, 'a version ranks');

/** Lets everything happen once that a dashboard shows: a run, a swap, calls of all kinds, changes of the graph. */
async function live(running: RunningThaw, topics: GraphTopics, client: RecommenderClient): Promise<void> {
  const id = 'candle-new';
  await topics.produce([productEvent(id, LATER_MS), listingEvent('seller-new', 'candle-1', LATER_MS)]);
  await topics.produce(Array.from({ length: 12 }, (_, c) => interactionEvent(`customer-0-${c}`, id, LATER_MS)));

  const before = (await recommend(client, SELLER)).context?.version;
  const trainer = new operator.OperatorServiceClient(running.grpc('trainer'), credentials.createInsecure());
  const start = { commandId: 'full-1', kind: operator.RunKind.FULL, reason: 'test' };
  await new Promise<void>((resolve, reject) => {
    trainer.startRun(start, (error) => (error ? reject(error) : resolve()));
  });
  trainer.close();
  await eventually(async () => {
    const { products, context } = await recommend(client, SELLER);
    await recommend(client, 'nobody');
    await client.servingStatus();
    const product = `${running.http('recommender')}/v1/products/${products[0]!.productId}`;
    for (const url of [product, `${product}/similar`]) await (await fetch(url)).text();
    return context?.version !== before || undefined;
  }, 'another version serves');
}
