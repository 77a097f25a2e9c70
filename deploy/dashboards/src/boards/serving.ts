import type { Board } from '../board.js';
import { BLUE, graph, spread, stats, states, unknownAs, words } from '../kit.js';
import { FAULTS } from './faults.js';
import { highest, lowest, metric, perSecond, quantile, share, sum, times } from '../promql.js';

const CALLS = 'thaw_recommender_request_seconds';
const REQUESTS = 'thaw_recommender_requests_total';
const RANKING = 'method=~"Recommend|Similar",code="OK"';

export const serving: Board = {
  uid: 'thaw-serving',
  title: 'Serving',
  description: 'What is asked, how fast and how well it is answered, by which index.',
  apps: ['recommender'],
  rows: [
    {
      panels: [
        stats({
          title: 'Calls',
          description: 'Over gRPC and HTTP together.',
          unit: 'reqps',
          span: 4,
          limits: BLUE,
          queries: [{ expr: perSecond(REQUESTS), legend: 'calls' }],
        }),
        stats({
          title: 'Answers, p50 and p99',
          description: 'From the arrival of a call to its answer, waiting included.',
          unit: 's',
          span: 5,
          limits: ['green', [0.05, 'orange'], [0.25, 'red']],
          mappings: [unknownAs('no calls')],
          queries: [
            { expr: quantile(0.5, CALLS), legend: 'p50' },
            { expr: quantile(0.99, CALLS), legend: 'p99' },
          ],
        }),
        stats({
          title: 'Failed',
          description:
            'Share of the calls that failed through a fault of Thaw: not ready, busy, too late, or a defect.',
          unit: 'percentunit',
          span: 3,
          decimals: 2,
          limits: ['green', [0.001, 'orange'], [0.01, 'red']],
          queries: [{ expr: share(perSecond(REQUESTS, [], FAULTS), perSecond(REQUESTS)), legend: 'failed' }],
        }),
        stats({
          title: 'Fallbacks',
          description: 'Share of the answers that are not what was asked for, and say so.',
          unit: 'percentunit',
          span: 4,
          decimals: 1,
          limits: ['green', [0.1, 'orange'], [0.5, 'red']],
          queries: [
            {
              expr: share(perSecond('thaw_recommender_fallbacks_total'), perSecond(REQUESTS, [], RANKING)),
              legend: 'fallbacks',
            },
          ],
        }),
        stats({
          title: 'Recall of the index',
          description:
            'What the index of the serving version found of what exact search finds, when it was built. 100 % where search is exact.',
          unit: 'percentunit',
          span: 4,
          decimals: 1,
          graph: false,
          limits: ['red', [0.95, 'orange'], [0.98, 'green']],
          mappings: [unknownAs('no version')],
          queries: [{ expr: lowest('thaw_recommender_index_recall_ratio'), legend: 'index recall' }],
        }),
        stats({
          title: 'Candidates that can be found',
          description: 'Share of the candidates that are in the index. The rest have no vector yet.',
          unit: 'percentunit',
          span: 4,
          decimals: 1,
          limits: ['red', [0.8, 'orange'], [0.95, 'green']],
          queries: [
            {
              expr: share(sum('thaw_recommender_recommendable'), sum('thaw_recommender_candidates')),
              legend: 'recommendable',
            },
          ],
        }),
      ],
    },
    {
      title: 'Calls',
      panels: [
        graph({
          title: 'Calls by method',
          description: 'Calls per second, over gRPC and HTTP together.',
          unit: 'reqps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond(REQUESTS, ['method']), legend: '{{method}}' }],
        }),
        graph({
          title: 'Calls that were not answered, by code',
          description:
            'RECOMMENDER_BUSY: more calls wait than THAW_RECOMMENDER_MAX_WAITING, so more recommenders are needed. DEADLINE_PASSED: the callers’ deadlines are short. REQUEST_INVALID, PRODUCT_UNKNOWN and AUTHENTICATION are the callers’ to mend.',
          unit: 'reqps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond(REQUESTS, ['code'], 'code!="OK"'), legend: '{{code}}' }],
        }),
        graph({
          title: 'Calls that wait for their turn',
          description: 'Calls are answered one after the other; what waits here is load beyond one core.',
          unit: 'short',
          span: 8,
          queries: [{ expr: sum('thaw_recommender_waiting_calls', ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Time to an answer',
          description: 'Percentiles over all methods, waiting included.',
          unit: 's',
          span: 8,
          queries: [0.5, 0.9, 0.99, 0.999].map((q) => ({ expr: quantile(q, CALLS), legend: `p${q * 100}` })),
        }),
        graph({
          title: 'Time to an answer by method, p99',
          description: 'Recommend and Similar search; the others look up.',
          unit: 's',
          span: 8,
          queries: [{ expr: quantile(0.99, CALLS, ['method']), legend: '{{method}}' }],
        }),
        spread({
          title: 'How times to an answer spread',
          description: 'Answers per second in each bucket of the histogram.',
          unit: 's',
          span: 8,
          queries: [{ expr: `sum by (le) (rate(${metric(`${CALLS}_bucket`)}[$__rate_interval]))`, legend: '{{le}}' }],
        }),
      ],
    },
    {
      title: 'Answers',
      panels: [
        graph({
          title: 'Fallbacks by reason',
          description:
            'unknown_seller and seller_without_listings: nothing is known of the seller. no_version: the trainer has not made one yet. no_vector: the version does not know it, and it is not embedded yet.',
          unit: 'reqps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond('thaw_recommender_fallbacks_total', ['reason']), legend: '{{reason}}' }],
        }),
        graph({
          title: 'Candidates',
          description: 'Products that may be recommended, and those of them that the index can find.',
          unit: 'short',
          span: 8,
          queries: [
            { expr: highest('thaw_recommender_candidates'), legend: 'candidates' },
            { expr: lowest('thaw_recommender_recommendable'), legend: 'recommendable' },
          ],
        }),
        graph({
          title: 'From event to answer, p99',
          description:
            'From an event, as Kafka stamped it, to the answers of each instance obeying it. The target is 1 s.',
          unit: 's',
          span: 8,
          limits: ['transparent', [1, 'red']],
          drawLimits: true,
          queries: [
            { expr: quantile(0.99, 'thaw_recommender_freshness_seconds', ['instance']), legend: '{{instance}}' },
          ],
        }),
      ],
    },
    {
      title: 'The served graph',
      panels: [
        stats({
          title: 'What the recommender knows',
          description:
            'Of the reduced graph: products (candidates and their neighbours), sellers, and edges between products.',
          unit: 'short',
          span: 8,
          height: 6,
          graph: false,
          limits: BLUE,
          queries: [
            { expr: highest('thaw_recommender_products'), legend: 'products' },
            { expr: highest('thaw_recommender_sellers'), legend: 'sellers' },
            { expr: highest('thaw_recommender_edges'), legend: 'edges' },
          ],
        }),
        graph({
          title: 'Changes',
          description:
            'Changes of the graph that are obeyed, per second, and how many it is ahead. A rate of 0 with events coming in is a reader that stands still.',
          unit: 'short',
          span: 8,
          height: 6,
          queries: [
            {
              expr: `max(deriv(${metric('thaw_recommender_graph_sequence')}[$__rate_interval]))`,
              legend: 'obeyed per second',
            },
            { expr: highest('thaw_recommender_graph_lag_changes'), legend: 'not yet obeyed' },
          ],
        }),
        graph({
          title: 'Since the newest change',
          description: 'How long ago the newest change was applied. It grows while nothing happens.',
          unit: 's',
          span: 4,
          height: 6,
          queries: [{ expr: highest('thaw_recommender_graph_age_seconds', ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Graph read anew',
          description: 'Copies begun after the first: the graph was begun anew, or changes were missing.',
          unit: 'short',
          span: 4,
          height: 6,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_recommender_graph_restarts_total', ['instance']), legend: '{{instance}}' }],
        }),
      ],
    },
    {
      title: 'The index',
      panels: [
        graph({
          title: 'Vectors',
          description: 'In the index; those newer than the version’s index are searched beside it.',
          unit: 'short',
          span: 8,
          queries: [
            { expr: highest('thaw_recommender_index_vectors'), legend: 'all' },
            { expr: highest('thaw_recommender_index_overlay_vectors'), legend: 'newer than the index' },
            { expr: highest('thaw_recommender_newer_vectors'), legend: 'newer, sellers included' },
          ],
        }),
        graph({
          title: 'Tombstones',
          description: 'Share of the index that is gone but still walked through. The next version begins with none.',
          unit: 'percentunit',
          span: 8,
          limits: ['transparent', [0.2, 'orange']],
          drawLimits: true,
          queries: [{ expr: highest('thaw_recommender_index_tombstone_ratio'), legend: 'tombstones' }],
        }),
        graph({
          title: 'Embeddings for versions to come',
          description:
            'Vectors that came before the version that they belong to; at THAW_RECOMMENDER_EMBEDDING_BUFFER the oldest are forgotten and read again.',
          unit: 'bytes',
          span: 4,
          queries: [{ expr: highest('thaw_recommender_embedding_buffer_bytes', ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Swaps',
          description: 'Tries to serve another version, by outcome.',
          unit: 'short',
          span: 4,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_recommender_swaps_total', ['outcome']), legend: '{{outcome}}' }],
        }),
      ],
    },
    {
      title: 'Instances',
      panels: [
        states({
          title: 'Version of each instance',
          description: 'All should rank with the same one, but for the moments of a swap.',
          unit: 'none',
          span: 8,
          mappings: [words({ '0': ['none', 'red'] })],
          queries: [{ expr: highest('thaw_recommender_version', ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'CPU',
          description: 'Cores in use by each instance. Calls are answered on one.',
          unit: 'short',
          span: 4,
          queries: [
            {
              expr: perSecond('process_cpu_seconds_total', ['instance']),
              legend: '{{instance}}',
            },
          ],
        }),
        graph({
          title: 'Memory',
          description: 'Resident memory of each instance. It rises during a swap, when two versions are loaded.',
          unit: 'bytes',
          span: 4,
          queries: [
            {
              expr: sum('process_resident_memory_bytes', ['instance']),
              legend: '{{instance}}',
            },
          ],
        }),
        graph({
          title: 'Event loop, p99',
          description: 'How late the event loop is: what every call waits for.',
          unit: 's',
          span: 4,
          queries: [
            {
              expr: highest('nodejs_eventloop_lag_p99_seconds', ['instance']),
              legend: '{{instance}}',
            },
          ],
        }),
        graph({
          title: 'Behind the graph',
          description: 'Time since each instance was last known to have every change.',
          unit: 's',
          span: 4,
          queries: [{ expr: highest('thaw_recommender_graph_lag_seconds', ['instance']), legend: '{{instance}}' }],
        }),
      ],
    },
  ],
};
