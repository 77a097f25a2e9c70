import { type ErrorCode, recommender } from '@thaw/contracts';
import type { GraphReader } from '@thaw/graph-reader';
import type { Metrics } from '@thaw/platform';
import type { LiveGraph } from './graph/live-graph.js';
import { type CallObserver, METHODS } from './service/answering.js';
import type { Turns } from './service/turns.js';
import { SWAP_OUTCOMES, type SwapOutcome, type VersionKeeper } from './versions/version-keeper.js';

const CALL_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];
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
];
const FALLBACKS = ['unknown_seller', 'seller_without_listings', 'no_version', 'no_vector'] as const;
const fallbackName = (fallback: recommender.Fallback): string =>
  recommender
    .fallbackToJSON(fallback)
    .replace(/^FALLBACK_/, '')
    .toLowerCase();

/** Registers what calls and swaps are counted in. */
export function callMetrics(metrics: Metrics): CallObserver & { onSwap(outcome: SwapOutcome, seconds: number): void } {
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

/** Registers what is read at every scrape. */
export function servedMetrics(metrics: Metrics, { live, reader, versions, turns }: ServedThings): void {
  const gauges: readonly (readonly [name: string, help: string, read: () => number | undefined])[] = [
    ['graph_sequence', 'The last graph change that is obeyed.', () => live.served?.sequence],
    ['graph_age_seconds', 'Since the newest graph change was applied.', () => live.ageSeconds],
    [
      'graph_lag_changes',
      'Changes that the graph is ahead; -1 where it does not say.',
      () => reader.status.lagChanges ?? -1,
    ],
    ['graph_lag_seconds', 'Since all changes there were had been applied.', () => finite(reader.status.lagSeconds)],
    ['graph_restarts', 'Copies of the graph after the first.', () => reader.status.restarts],
    ['products', 'Products of the served graph.', () => live.served?.products.ids.size],
    ['candidates', 'Products that may be recommended.', () => live.served?.products.candidates.length],
    ['sellers', 'Sellers of the served graph.', () => live.served?.sellers.size],
    ['edges', 'Edges between products of the served graph.', () => live.served?.edges],
    ['version', 'Number of the version that ranks; 0 for none.', () => Number(versions.current?.version.slice(1) ?? 0)],
    ['version_age_seconds', 'Since the version was published.', () => versionAge(versions)],
    ['recommendable', 'Candidates that can be found in the index.', () => versions.current?.searchable],
    ['index_size', 'Vectors in the index, the newer ones included.', () => versions.current?.index.size],
    ['index_overlay', "Vectors that are newer than the version's index.", () => versions.current?.index.overlaySize],
    ['index_tombstone_share', 'Share of the index that is tombstones.', () => versions.current?.index.tombstoneShare],
    [
      'newer_vectors',
      'Products and sellers with a vector newer than the version.',
      () => versions.current?.vectors.newerCount,
    ],
    ['embedding_buffer_bytes', 'Embeddings kept for versions to come.', () => versions.bufferedBytes],
    ['waiting_calls', 'Calls that wait for their turn.', () => turns.length],
  ];
  for (const [name, help, read] of gauges) metrics.observedGauge(`thaw_recommender_${name}`, help, () => read() ?? 0);
}

const finite = (seconds: number): number => (Number.isFinite(seconds) ? seconds : -1);

function versionAge({ current }: VersionKeeper): number {
  return current === undefined ? 0 : Math.max(0, (Date.now() - current.publishedAtMs) / 1000);
}
