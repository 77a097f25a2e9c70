import type { Metrics } from '@thaw/platform';
import { INPUTS, OUTCOMES } from './ingest/inputs.js';
import type { IngestStatistics } from './ingest/protocol.js';
import { reasonName, TRANSITION_REASONS, transitionName } from './ingest/tally.js';

const BATCH_SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const TOPICS = [...new Set([...INPUTS.embedded, ...INPUTS.external])];
const FUNNEL_STAGES = [
  'customers',
  'interactions',
  'pairs',
  'edges_at_threshold',
  'edges_kept',
  'training_products',
  'candidates',
  'sellers',
  'categories',
] as const;

/** Registers the metrics of the graph and returns what brings them up to the ingest's numbers. */
export function graphMetrics(metrics: Metrics): (now: IngestStatistics) => void {
  const events = metrics.counter('thaw_graph_events_total', 'Records consumed, by what became of them.', {
    topic: TOPICS,
    outcome: OUTCOMES,
  });
  const totals = [
    ['outOfOrder', 'out_of_order_events', 'Interactions older than one of the same customer that came before.'],
    ['unknownProducts', 'unknown_product_events', 'Interactions and listings of products not in the catalogue.'],
    ['deadLettered', 'dead_letters', 'Records sent to a dead-letter topic.'],
    ['increments', 'pair_increments', 'Co-interaction counts raised by one.'],
    ['decrements', 'pair_decrements', 'Co-interaction counts lowered by one.'],
    ['edgesAdded', 'edges_added', 'Edges that entered the reduced graph.'],
    ['edgesRemoved', 'edges_removed', 'Edges that left the reduced graph.'],
    ['commitFailures', 'commit_failures', 'Commits that the disk refused; each is tried again.'],
    ['storeBackgroundErrors', 'store_background_errors', 'Errors of RocksDB in flushes and compactions.'],
  ] as const;
  const counters = totals.map(
    ([key, name, help]) => [key, metrics.counter(`thaw_graph_${name}_total`, help, {})({})] as const,
  );
  const transitions = (['admitted', 'evicted'] as const).flatMap((direction) => {
    const reasons = TRANSITION_REASONS[direction];
    const counter = metrics.counter(`thaw_graph_candidates_${direction}_total`, `Candidates ${direction}, by reason.`, {
      reason: reasons.map(reasonName),
    });
    return reasons.map(
      (reason) => [transitionName(direction, reason), counter({ reason: reasonName(reason) })] as const,
    );
  });
  const lag = metrics.gauge('thaw_graph_lag_records', 'Records that wait to be consumed, by topic.', { topic: TOPICS });
  const funnel = metrics.gauge('thaw_graph_funnel', 'The reduction in numbers, by stage.', { stage: FUNNEL_STAGES });
  const candidates = metrics.gauge('thaw_graph_candidates', 'Candidates by their number of listings.', {
    listings: ['0', '1-3', '4+'],
  });
  const levels = [
    ['sequence', 'change_sequence', 'Sequence number of the last graph change.'],
    ['publishedSequence', 'published_sequence', 'Sequence number of the last change that Kafka acknowledged.'],
    ['outboxBytes', 'outbox_bytes', 'Changes committed and not yet acknowledged by Kafka.'],
    ['stalledDeadLetters', 'stalled_dead_letters', 'Dead letters that wait for their topic.'],
    ['storeBytes', 'store_bytes', 'Size of the store on disk.'],
    ['memoryBytes', 'state_memory_bytes', 'Memory of the tables of the state.'],
  ] as const;
  const gauges = levels.map(([key, name, help]) => [key, metrics.gauge(`thaw_graph_${name}`, help, {})({})] as const);
  const lastCommit = metrics.gauge(
    'thaw_graph_last_commit_timestamp_seconds',
    'When the last batch was committed, Unix epoch; 0 before the first.',
    {},
  )({});
  const lagKnown = metrics.gauge(
    'thaw_graph_lag_timestamp_seconds',
    'When the broker last said how many records wait, Unix epoch; 0 before the first time.',
    {},
  )({});
  const seconds = metrics.histogram(
    'thaw_graph_batch_seconds',
    'From the first record of a micro-batch to its commit.',
    BATCH_SECONDS_BUCKETS,
    {},
  )({});

  let last: IngestStatistics | undefined;
  return (now) => {
    for (const topic of TOPICS) {
      for (const outcome of OUTCOMES) {
        const grown = (now.events[topic]?.[outcome] ?? 0) - (last?.events[topic]?.[outcome] ?? 0);
        if (grown > 0) events({ topic, outcome }).inc(grown);
      }
      lag({ topic }).set(now.lag[topic] ?? 0);
    }
    for (const [key, counter] of counters) counter.inc(Math.max(0, now[key] - (last?.[key] ?? 0)));
    for (const [name, counter] of transitions) {
      counter.inc((now.transitions[name] ?? 0) - (last?.transitions[name] ?? 0));
    }
    for (const stage of FUNNEL_STAGES) funnel({ stage }).set(funnelStage(now, stage));
    (['0', '1-3', '4+'] as const).forEach((listings, bucket) => {
      candidates({ listings }).set(now.funnel.candidatesByListings[bucket] ?? 0);
    });
    for (const [key, gauge] of gauges) gauge.set(now[key]);
    lastCommit.set(now.lastCommitMs / 1000);
    lagKnown.set(now.lagKnownMs / 1000);
    for (const duration of now.batchSeconds) seconds.observe(duration);
    last = now;
  };
}

function funnelStage({ funnel }: IngestStatistics, stage: (typeof FUNNEL_STAGES)[number]): number {
  if (stage === 'edges_at_threshold') return funnel.edgesAtThreshold;
  if (stage === 'edges_kept') return funnel.edgesKept;
  return stage === 'training_products' ? funnel.trainingProducts : funnel[stage];
}
