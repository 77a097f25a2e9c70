import type { Board } from '../board.js';
import { bars, BLUE, graph, stats } from '../kit.js';
import { highest, metric, perSecond, quantile, sum, times, timesInRange } from '../promql.js';

const EVENTS = 'thaw_graph_events_total';
const BATCH = 'thaw_graph_batch_seconds';

const bucket = (listings: string) => sum('thaw_graph_candidates', [], `listings="${listings}"`);

export const stream: Board = {
  uid: 'thaw-stream',
  title: 'Stream & graph',
  description: 'What comes in, how far behind the graph is, and what it looks like now.',
  apps: ['graph'],
  rows: [
    {
      panels: [
        stats({
          title: 'Events',
          description: 'Records consumed per second, over all topics.',
          unit: 'eps',
          span: 4,
          limits: BLUE,
          queries: [{ expr: perSecond(EVENTS), legend: 'events' }],
        }),
        stats({
          title: 'Records that wait',
          description: 'Records on the input topics that are not consumed yet.',
          unit: 'short',
          span: 4,
          decimals: 0,
          limits: ['green', [10_000, 'orange'], [1_000_000, 'red']],
          queries: [{ expr: sum('thaw_graph_lag_records'), legend: 'records' }],
        }),
        stats({
          title: 'Time to catch up',
          description: 'How long the records that wait take at the present rate; 0 where none wait.',
          unit: 's',
          span: 4,
          limits: ['green', [10, 'orange'], [300, 'red']],
          queries: [
            {
              expr: `${sum('thaw_graph_lag_records')} / clamp_min(${perSecond(EVENTS)}, 1)`,
              legend: 'catch-up',
            },
          ],
        }),
        stats({
          title: 'Candidates',
          description: 'Products that may be recommended: enough customers, and few listings.',
          unit: 'short',
          span: 4,
          decimals: 0,
          limits: BLUE,
          queries: [{ expr: sum('thaw_graph_candidates'), legend: 'candidates' }],
        }),
        stats({
          title: 'Dead letters',
          description:
            'Records of the range looked at that could not be taken and went to <topic>.dlq. `thaw dead-letters list` shows why.',
          unit: 'short',
          span: 4,
          decimals: 0,
          graph: false,
          limits: ['green', [1, 'orange'], [100, 'red']],
          queries: [{ expr: timesInRange('thaw_graph_dead_letters_total'), legend: 'records' }],
        }),
        stats({
          title: 'Last commit',
          description:
            'Since a micro-batch was last committed. It grows while no events come, and while the disk refuses.',
          unit: 's',
          span: 4,
          decimals: 0,
          graph: false,
          limits: BLUE,
          queries: [{ expr: `time() - ${highest('thaw_graph_last_commit_timestamp_seconds')}`, legend: 'ago' }],
        }),
      ],
    },
    {
      title: 'The stream',
      panels: [
        graph({
          title: 'Events by topic',
          description: 'Records consumed per second.',
          unit: 'eps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond(EVENTS, ['topic']), legend: '{{topic}}' }],
        }),
        graph({
          title: 'Events by outcome',
          description:
            'What became of them. Duplicates and late events change nothing; those from the future and undecodable ones go to the dead letters.',
          unit: 'eps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond(EVENTS, ['outcome']), legend: '{{outcome}}' }],
        }),
        graph({
          title: 'Records that wait, by topic',
          description: 'Records on the input topics that are not consumed yet.',
          unit: 'short',
          span: 8,
          stacked: true,
          queries: [{ expr: sum('thaw_graph_lag_records', ['topic']), legend: '{{topic}}' }],
        }),
        graph({
          title: 'Micro-batches',
          description: 'From the first record of a micro-batch to its synced commit.',
          unit: 's',
          span: 8,
          queries: [
            { expr: quantile(0.5, BATCH), legend: 'p50' },
            { expr: quantile(0.99, BATCH), legend: 'p99' },
          ],
        }),
        graph({
          title: 'Records that were refused',
          description: 'Undecodable records and those from the future, by topic: what producers should look at.',
          unit: 'short',
          span: 8,
          bars: true,
          decimals: 0,
          queries: [
            {
              expr: times(EVENTS, ['topic', 'outcome'], 'outcome=~"undecodable|future_dated"'),
              legend: '{{topic}}: {{outcome}}',
            },
          ],
        }),
        graph({
          title: 'Out of the ordinary',
          description:
            'Events older than one of the same customer, and events of products that are not in the catalogue. Both are applied; many of the second say that the catalogue lags behind.',
          unit: 'eps',
          span: 8,
          queries: [
            { expr: perSecond('thaw_graph_out_of_order_events_total'), legend: 'out of order' },
            { expr: perSecond('thaw_graph_unknown_product_events_total'), legend: 'product not in the catalogue' },
          ],
        }),
      ],
    },
    {
      title: 'The reduction',
      panels: [
        bars({
          title: 'Funnel',
          description: 'From all that happened to the small graph that the model learns from.',
          unit: 'short',
          span: 8,
          limits: BLUE,
          min: 0,
          queries: [
            'customers',
            'interactions',
            'pairs',
            'edges_at_threshold',
            'edges_kept',
            'training_products',
            'candidates',
          ].map((stage) => ({
            expr: sum('thaw_graph_funnel', [], `stage="${stage}"`),
            legend: stage.replaceAll('_', ' '),
          })),
        }),
        bars({
          title: 'Candidates by listings (Table 1, live)',
          description:
            'How many sellers list them already. Those without any listing are the coldest, and the ones that only their neighbours say anything about.',
          unit: 'short',
          span: 8,
          limits: BLUE,
          min: 0,
          queries: ['0', '1-3', '4+'].map((listings) => ({ expr: bucket(listings), legend: `${listings} listings` })),
        }),
        graph({
          title: 'Candidates by listings, over time',
          description: 'The same as it was.',
          unit: 'short',
          span: 8,
          stacked: true,
          queries: [{ expr: sum('thaw_graph_candidates', ['listings']), legend: '{{listings}} listings' }],
        }),
        graph({
          title: 'Funnel over time',
          description: 'The stages of the reduction on a logarithmic axis.',
          unit: 'short',
          span: 12,
          logarithmic: true,
          queries: [{ expr: sum('thaw_graph_funnel', ['stage']), legend: '{{stage}}' }],
        }),
        graph({
          title: 'Counting',
          description:
            'Co-interaction counts raised and lowered per second. They are lowered as products fall out of histories, and by erasures.',
          unit: 'cps',
          span: 12,
          downwards: '/lowered/',
          queries: [
            { expr: perSecond('thaw_graph_pair_increments_total'), legend: 'raised' },
            { expr: perSecond('thaw_graph_pair_decrements_total'), legend: 'lowered' },
          ],
        }),
      ],
    },
    {
      title: 'Transitions',
      panels: [
        graph({
          title: 'Candidates that came and went',
          description:
            'Admissions upwards and evictions downwards, by reason. Evictions for listings_reached are products that became warm: what Thaw is for.',
          unit: 'short',
          span: 12,
          bars: true,
          decimals: 0,
          downwards: '/out:/',
          queries: [
            { expr: times('thaw_graph_candidates_admitted_total', ['reason']), legend: 'in: {{reason}}' },
            { expr: times('thaw_graph_candidates_evicted_total', ['reason']), legend: 'out: {{reason}}' },
          ],
        }),
        graph({
          title: 'Edges that came and went',
          description: 'Edges of the reduced graph. Much of both at once is flapping around the threshold.',
          unit: 'short',
          span: 12,
          bars: true,
          decimals: 0,
          downwards: '/out/',
          queries: [
            { expr: times('thaw_graph_edges_added_total'), legend: 'in' },
            { expr: times('thaw_graph_edges_removed_total'), legend: 'out' },
          ],
        }),
      ],
    },
    {
      title: 'Store and outbox',
      panels: [
        graph({
          title: 'Size',
          description: 'The store on disk, and the tables of the state in memory.',
          unit: 'bytes',
          span: 8,
          queries: [
            { expr: sum('thaw_graph_store_bytes'), legend: 'store on disk' },
            { expr: sum('thaw_graph_state_memory_bytes'), legend: 'state in memory' },
          ],
        }),
        graph({
          title: 'Free disk',
          description:
            'Share of the disk that is free where the data lies. Without space nothing is consumed, and nothing is lost.',
          unit: 'percentunit',
          span: 4,
          min: 0,
          max: 1,
          limits: ['red', [0.05, 'orange'], [0.15, 'green']],
          drawLimits: true,
          queries: [
            {
              expr: `min by (folder) (${metric('thaw_disk_free_bytes')} / ${metric('thaw_disk_size_bytes')})`,
              legend: '{{folder}}',
            },
          ],
        }),
        graph({
          title: 'Trouble with the disk',
          description:
            'Commits that the disk refused (each is tried again), and errors of RocksDB in flushes and compactions.',
          unit: 'short',
          span: 4,
          bars: true,
          decimals: 0,
          queries: [
            { expr: times('thaw_graph_commit_failures_total'), legend: 'refused commits' },
            { expr: times('thaw_graph_store_background_errors_total'), legend: 'background errors' },
          ],
        }),
        graph({
          title: 'Not yet published',
          description: 'Changes that are committed and that Kafka has not acknowledged.',
          unit: 'short',
          span: 4,
          queries: [
            {
              expr: `${sum('thaw_graph_change_sequence')} - ${sum('thaw_graph_published_sequence')}`,
              legend: 'changes',
            },
          ],
        }),
        graph({
          title: 'Outbox',
          description: 'Their size, and dead letters that wait for their topic: while any wait, reading pauses.',
          unit: 'short',
          span: 4,
          queries: [
            { expr: sum('thaw_graph_outbox_bytes'), legend: 'outbox, bytes' },
            { expr: sum('thaw_graph_stalled_dead_letters'), legend: 'stalled dead letters' },
          ],
        }),
      ],
    },
  ],
};
