import { expect, test } from '@jest/globals';
import { graph, operator, recommender } from '@thaw/contracts';
import { recommendationsAsText } from '../recommend/as-text.js';
import { type Overview, isReady, overviewAsJson, overviewAsText } from './look.js';
import { type Status, statusBlock, statusLine } from './lines.js';

const NOW_MS = 1_800_000_000_000;
const context = {
  version: 'v000002',
  graphSequence: 1234,
  graphAgeSeconds: 0.25,
  versionAgeSeconds: 125,
  fallback: recommender.Fallback.NONE,
};
const serving = recommender.GetServingStatusResponse.fromPartial({
  context,
  candidates: 1200,
  recommendable: 1190,
  indexKind: 'hnsw',
  recallAt100: 0.2314,
  indexRecall: 0.995,
  overlay: 7,
  swaps: 1,
});
const funnel = graph.GetFunnelResponse.fromPartial({
  candidates: 1200,
  edgesKept: 34_000,
  candidatesByListings: [100, 600, 500],
});
const versions = [
  operator.Version.fromPartial({
    version: 'v000003',
    parent: 'v000002',
    state: operator.VersionState.REJECTED,
    kind: operator.RunKind.FINE_TUNE,
    publishedAtMs: NOW_MS - 60_000,
    rejectedBecause: 'Recall@100 fell',
  }),
  operator.Version.fromPartial({
    version: 'v000002',
    state: operator.VersionState.SERVING,
    publishedAtMs: NOW_MS,
    pinned: true,
  }),
];
const app = (name: string, ready: boolean) => ({
  name,
  child: undefined,
  httpUrl: 'http://127.0.0.1:1',
  grpcAddress: '127.0.0.1:2',
  readiness: { ready, reasons: ready ? [] : ['graph: still loading'] },
});

test('the overview shows apps, reduction, what is served, and the versions', () => {
  const overview: Overview = {
    apps: [app('graph', true), app('recommender', false)],
    services: { funnel, serving, versions },
  };
  const text = overviewAsText(overview, NOW_MS);
  for (const part of [
    'not ready: graph: still loading',
    '1,200 candidates',
    'version v000002, 2 min 5 s old, Recall@100 .231',
    '1,190 of 1,200 candidates in the hnsw index (recall .995)',
    'last graph change 0.3 s ago (1,234)',
    'v000003  fine-tune  rejected         1 min 0 s ago',
    'serving, pinned',
    'Recall@100 fell',
  ]) {
    expect(text).toContain(part);
  }
  expect(isReady(overview)).toBe(false);
  expect(overviewAsJson(overview)).toMatchObject({ apps: [{ ready: true }, { ready: false }], serving: { context } });
});

test('what does not answer is said to, and shows as null in JSON', () => {
  const silent = { ...app('graph', false), readiness: undefined };
  const overview: Overview = {
    apps: [silent],
    services: { funnel: undefined, serving: undefined, versions: undefined },
  };
  expect(overviewAsText(overview, NOW_MS)).toContain('does not answer');
  expect(overviewAsJson(overview)).toMatchObject({ funnel: null, serving: null, versions: null });
});

test('thaw up says before the first version what sellers get, and then which version', () => {
  const status = (answer: recommender.GetServingStatusResponse): Status => ({
    upMs: 61_000,
    kafka: '127.0.0.1:9092 (embedded)',
    feed: { name: 'none', eventsPerSecond: 0, byTopic: { interactions: 5 } },
    apps: [app('graph', true)],
    services: { funnel, serving: answer, versions },
  });
  const early = recommender.GetServingStatusResponse.fromPartial({
    context: { ...context, version: '' },
    candidates: 3,
  });
  expect(statusBlock(status(early)).join('\n')).toContain('no version yet: sellers get the products in demand, of 3');
  expect(statusLine(status(early))).toContain('no version yet');
  expect(statusLine(status(serving))).toContain('v000002 (Recall@100 .231), last change 0.3 s ago');
});

test('recommendations show rank, numbers and reasons, and say when they are a fallback', () => {
  const reasons = recommender.Reasons.fromPartial({
    boughtWith: [
      { productId: 'p1', title: 'candle', customers: 12 },
      { productId: 'p2', customers: 3 },
    ],
    sameCategoryListings: 2,
    textSimilarity: 0.5,
    similarProductId: 'p1',
  });
  const product = {
    productId: 'p9',
    title: 'candle holder',
    categoryId: 'home',
    score: 0.5,
    listings: 2,
    customers: 40,
    reasons,
  };
  const answer = recommender.RecommendResponse.fromPartial({ context, products: [product] });
  expect(recommendationsAsText(answer)).toContain(
    '12 customers share it with "candle" and 1 more; seller lists 2 of its category; text 0.50 like p1',
  );
  const fallback = { ...context, fallback: recommender.Fallback.UNKNOWN_SELLER };
  const unknown = recommender.RecommendResponse.fromPartial({ context: fallback, products: [] });
  expect(recommendationsAsText(unknown)).toMatch(/seller is not known[^]*Nothing to recommend/);
});
