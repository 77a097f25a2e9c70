import { type ErrorCode, recommender } from '@thaw/contracts';
import type { GraphReader } from '@thaw/graph-reader';
import type { Metrics } from '@thaw/platform';
import type { LiveGraph } from './graph/live-graph.js';
import { type CallObserver, METHODS } from './service/answering.js';
import type { Turns } from './service/turns.js';
import { SWAP_OUTCOMES, type SwapOutcome, type VersionKeeper } from './versions/version-keeper.js';

const CALL_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];
const FRESHNESS_BUCKETS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300];
const SWAP_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const OK = 'OK';
const CANCELLED = 'CANCELLED';
/** What a call can end with; anything else is a defect, and counted as one. */
const FAILURES: readonly ErrorCode[] = [
  'AUTHENTICATION',
  'DEADLINE_PASSED',
  'GRAPH_NOT_READY',
  'INTERNAL',
  'PRODUCT_UNKNOWN',
  'RECOMMENDER_BUSY',
  'REQUEST_INVALID',
  'SELLER_UNKNOWN',
];
const FALLBACKS = ['unknown_seller', 'seller_without_listings', 'no_version', 'no_vector'] as const;
const fallbackName = (fallback: recommender.Fallback): string =>
  recommender
    .fallbackToJSON(fallback)
    .replace(/^FALLBACK_/, '')
    .toLowerCase();

/** What counts and what is observed of a recommender. */
export interface RecommenderMetrics extends CallObserver {
  onSwap(outcome: SwapOutcome, seconds: number): void;
  /** Changes of the graph were applied, the newest of whose events is this old. */
  onApplied(secondsBehind: number): void;
  /** What is looked up at each scrape from now on. */
  observe(observed: ServedThings): void;
}

/** Registers all metrics of the recommender. What is observed is not known until there is something to observe. */
export function recommenderMetrics(metrics: Metrics): RecommenderMetrics {
  let observed: ServedThings | undefined;
  servedMetrics(metrics, () => observed);
  const freshness = metrics.histogram(
    'thaw_recommender_freshness_seconds',
    'From an event, as Kafka stamped it, to every answer obeying the changes that it caused.',
    FRESHNESS_BUCKETS,
    {},
  )({});
  return {
    ...callMetrics(metrics),
    onApplied: (secondsBehind) => freshness.observe(secondsBehind),
    observe: (now) => {
      observed = now;
    },
  };
}

function callMetrics(metrics: Metrics): Pick<RecommenderMetrics, 'onCall' | 'onFallback' | 'onSwap'> {
  const codes = [OK, CANCELLED, ...FAILURES];
  const requests = metrics.counter('thaw_recommender_requests_total', 'Calls, by how they ended.', {
    method: METHODS,
    code: codes,
  });
  const seconds = metrics.histogram(
    'thaw_recommender_request_seconds',
    'From the arrival of a call to its answer, waiting included.',
    CALL_BUCKETS,
    { method: METHODS },
  );
  const fallbacks = metrics.counter('thaw_recommender_fallbacks_total', 'Answers that are not what was asked for.', {
    reason: FALLBACKS,
  });
  const swaps = metrics.counter('thaw_recommender_swaps_total', 'Tries to serve another version.', {
    outcome: SWAP_OUTCOMES,
  });
  const swapSeconds = metrics.histogram(
    'thaw_recommender_swap_seconds',
    'From the wish to serve a version to its serving.',
    SWAP_BUCKETS,
    {},
  )({});
  return {
    onCall(method, failure, took) {
      const code = failure === undefined ? OK : failure === CANCELLED ? CANCELLED : failure.code;
      requests({ method, code: codes.includes(code) ? code : 'INTERNAL' }).inc();
      seconds({ method }).observe(took);
    },
    onFallback(fallback) {
      const reason = FALLBACKS.find((name) => name === fallbackName(fallback));
      if (reason !== undefined) fallbacks({ reason }).inc();
    },
    onSwap(outcome, took) {
      swaps({ outcome }).inc();
      if (outcome === 'swapped') swapSeconds.observe(took);
    },
  };
}

export interface ServedThings {
  readonly live: LiveGraph;
  readonly reader: GraphReader;
  readonly versions: VersionKeeper;
  readonly turns: Turns;
}

type Read = (things: ServedThings) => number | undefined;

/** What is read at every scrape; not known (NaN) where there is no graph or no version yet. */
function servedMetrics(metrics: Metrics, look: () => ServedThings | undefined): void {
  const read = (of: Read) => {
    const things = look();
    return things && of(things);
  };
  const gauges: readonly (readonly [name: string, help: string, read: Read])[] = [
    ['graph_sequence', 'The last graph change that is obeyed.', ({ live }) => live.served?.sequence ?? 0],
    ['graph_age_seconds', 'Since the newest graph change was applied.', ({ live }) => live.ageSeconds],
    [
      'graph_lag_changes',
      'Changes that the graph is ahead; NaN: it does not say.',
      ({ reader }) => reader.status.lagChanges,
    ],
    [
      'graph_lag_seconds',
      'Since all changes there were had been applied; since the start where they never were.',
      ({ reader }) => Math.min(reader.status.lagSeconds, process.uptime()),
    ],
    ['products', 'Products of the served graph.', ({ live }) => live.served?.products.ids.size ?? 0],
    ['candidates', 'Products that may be recommended.', ({ live }) => live.served?.products.candidates.length ?? 0],
    ['sellers', 'Sellers of the served graph.', ({ live }) => live.served?.sellers.size ?? 0],
    ['edges', 'Edges between products of the served graph.', ({ live }) => live.served?.edges ?? 0],
    [
      'version',
      'Number of the version that ranks; 0: none.',
      ({ versions }) => Number(versions.current?.version.slice(1) ?? 0),
    ],
    ['version_age_seconds', 'Since that version was published.', ({ versions }) => versionAge(versions)],
    [
      'version_recall_at_100_ratio',
      'Its Recall@100 when it was made.',
      ({ versions }) => versions.current?.manifest.metrics.recallAt100 ?? undefined,
    ],
    [
      'recommendable',
      'Candidates that can be found in the index.',
      ({ versions }) => versions.current?.searchable ?? 0,
    ],
    [
      'index_recall_ratio',
      'What the index found of what exact search finds, when it was built; 1 where search is exact.',
      ({ versions }) => indexRecall(versions),
    ],
    ['index_vectors', 'Vectors in the index, the newer ones included.', ({ versions }) => versions.current?.index.size],
    [
      'index_overlay_vectors',
      "Vectors that are newer than the version's index.",
      ({ versions }) => versions.current?.index.overlaySize,
    ],
    [
      'index_tombstone_ratio',
      'Share of the index that is tombstones.',
      ({ versions }) => versions.current?.index.tombstoneShare,
    ],
    [
      'newer_vectors',
      'Products and sellers with a vector newer than the version.',
      ({ versions }) => versions.current?.vectors.newerCount,
    ],
    [
      'embedding_buffer_bytes',
      'Embeddings kept for swaps, to versions to come and back.',
      ({ versions }) => versions.bufferedBytes,
    ],
    ['waiting_calls', 'Calls that wait for their turn.', ({ turns }) => turns.length],
  ];
  for (const [name, help, of] of gauges) metrics.observedGauge(`thaw_recommender_${name}`, help, () => read(of));
  metrics.observedCounter(
    'thaw_recommender_graph_restarts_total',
    'Copies of the graph begun after the first.',
    () => look()?.reader.status.restarts ?? 0,
  );
}

function indexRecall({ current }: VersionKeeper): number | undefined {
  if (current?.manifest.index.kind === 'exact') return 1;
  return current?.manifest.metrics.indexRecallAt100 ?? undefined;
}

function versionAge({ current }: VersionKeeper): number | undefined {
  return current && Math.max(0, (Date.now() - current.publishedAtMs) / 1000);
}
