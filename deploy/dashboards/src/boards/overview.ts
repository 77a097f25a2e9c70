import type { Board } from '../board.js';
import { BLUE, graph, stats, states, unknownAs, words } from '../kit.js';
import { FAULTS } from './faults.js';
import { highest, lowest, perSecond, quantile, share, sum, times } from '../promql.js';

const FRESH = 'thaw_recommender_freshness_seconds';
const CALLS = 'thaw_recommender_request_seconds';
const REQUESTS = 'thaw_recommender_requests_total';

export const overview: Board = {
  uid: 'thaw-overview',
  title: 'Overview',
  description: 'Is it fresh, is it right, is it fast: all of Thaw at a glance.',
  rows: [
    {
      panels: [
        stats({
          title: 'Apps',
          description:
            'Whether every app answers Prometheus and says that it is ready. /readyz of the app says what is missing.',
          unit: 'none',
          span: 4,
          graph: false,
          limits: ['red', [1, 'green']],
          mappings: [words({ '0': ['not ready', 'red'], '1': ['all ready', 'green'] })],
          queries: [{ expr: `min(up{job=~"$job",instance=~"$instance"}) * ${lowest('thaw_ready')}`, legend: 'ready' }],
        }),
        stats({
          title: 'Alerts',
          description: 'Alerts that fire now. docs/runbook.md has an entry for each.',
          unit: 'none',
          span: 2,
          graph: false,
          limits: ['green', [1, 'red']],
          queries: [{ expr: 'count(ALERTS{alertstate="firing",alertname=~"Thaw.*"}) or vector(0)', legend: 'firing' }],
        }),
        stats({
          title: 'Fresh: event to answer, p99',
          description:
            'From an event, as Kafka stamped it, to every answer obeying it. The target is 1 s. Nothing is shown while no event changes the graph.',
          unit: 's',
          span: 4,
          decimals: 2,
          limits: ['green', [1, 'orange'], [5, 'red']],
          mappings: [unknownAs('no changes')],
          more: 'thaw-stream',
          queries: [{ expr: quantile(0.99, FRESH), legend: 'p99' }],
        }),
        stats({
          title: 'Right: Recall@100',
          description:
            'Of the version that serves, on listings that were held back when it was made. Compare it with what it was: what is good depends on the market.',
          unit: 'percentunit',
          span: 4,
          decimals: 1,
          limits: BLUE,
          mappings: [unknownAs('no version')],
          more: 'thaw-training',
          queries: [{ expr: lowest('thaw_recommender_version_recall_at_100_ratio'), legend: 'Recall@100' }],
        }),
        stats({
          title: 'Fast: answers, p99',
          description: 'From the arrival of a call to its answer, waiting included.',
          unit: 's',
          span: 4,
          limits: ['green', [0.05, 'orange'], [0.25, 'red']],
          mappings: [unknownAs('no calls')],
          more: 'thaw-serving',
          queries: [{ expr: quantile(0.99, CALLS), legend: 'p99' }],
        }),
        stats({
          title: 'Failed calls',
          description:
            'Share of the calls that failed through a fault of Thaw: not ready, busy, too late, or a defect.',
          unit: 'percentunit',
          span: 3,
          decimals: 2,
          limits: ['green', [0.001, 'orange'], [0.01, 'red']],
          more: 'thaw-serving',
          queries: [{ expr: share(perSecond(REQUESTS, [], FAULTS), perSecond(REQUESTS)), legend: 'failed' }],
        }),
        stats({
          title: 'Version age',
          description:
            'Since the version that serves was made. New ones come by themselves as the graph changes; products that are new since then are recommended all the same.',
          unit: 'dtdurations',
          span: 3,
          decimals: 0,
          graph: false,
          limits: ['green', [86_400, 'orange'], [259_200, 'red']],
          mappings: [unknownAs('no version')],
          more: 'thaw-training',
          queries: [{ expr: highest('thaw_recommender_version_age_seconds'), legend: 'age' }],
        }),
      ],
    },
    {
      title: 'Is it fresh?',
      panels: [
        graph({
          title: 'From event to answer',
          description: 'From an event, as Kafka stamped it, to every answer obeying the changes that it caused.',
          unit: 's',
          span: 8,
          limits: ['transparent', [1, 'red']],
          drawLimits: true,
          queries: [
            { expr: quantile(0.5, FRESH), legend: 'p50' },
            { expr: quantile(0.99, FRESH), legend: 'p99' },
          ],
        }),
        graph({
          title: 'Behind the graph',
          description:
            'Time since trainer and recommender were last known to have every change of the graph. Normally under a second.',
          unit: 's',
          span: 8,
          queries: [
            { expr: highest('thaw_recommender_graph_lag_seconds'), legend: 'recommender' },
            { expr: highest('thaw_trainer_graph_lag_seconds'), legend: 'trainer' },
          ],
        }),
        graph({
          title: 'Records that wait',
          description:
            'Records on the input topics that the graph has not taken yet. A burst makes a hill; what grows and grows is a graph that is too slow or stuck.',
          unit: 'short',
          span: 8,
          stacked: true,
          queries: [{ expr: sum('thaw_graph_lag_records', ['topic']), legend: '{{topic}}' }],
        }),
      ],
    },
    {
      title: 'Is it right?',
      panels: [
        graph({
          title: 'Recall@100',
          description:
            'Of the version that serves, and of the last one that the gate judged. Where the second is lower by more than the tolerance, the gate rejects it.',
          unit: 'percentunit',
          span: 8,
          stepped: true,
          queries: [
            { expr: lowest('thaw_recommender_version_recall_at_100_ratio'), legend: 'serving' },
            { expr: highest('thaw_trainer_judged_recall_at_100_ratio'), legend: 'last judged' },
          ],
        }),
        graph({
          title: 'Runs',
          description: 'Runs of the trainer that ended, by outcome.',
          unit: 'short',
          span: 8,
          bars: true,
          decimals: 0,
          queries: [
            {
              expr: times('thaw_trainer_runs_total', ['outcome']),
              legend: '{{outcome}}',
            },
          ],
        }),
        graph({
          title: 'Answers that are fallbacks',
          description:
            'Answers that are not what was asked for, by reason: a seller that nobody knows gets what is in demand.',
          unit: 'reqps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond('thaw_recommender_fallbacks_total', ['reason']), legend: '{{reason}}' }],
        }),
      ],
    },
    {
      title: 'Is it fast?',
      panels: [
        graph({
          title: 'Calls',
          description: 'Calls of the recommender, over gRPC and HTTP together.',
          unit: 'reqps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond(REQUESTS, ['method']), legend: '{{method}}' }],
        }),
        graph({
          title: 'Time to an answer',
          description: 'From the arrival of a call to its answer, waiting included.',
          unit: 's',
          span: 8,
          queries: [
            { expr: quantile(0.5, CALLS), legend: 'p50' },
            { expr: quantile(0.99, CALLS), legend: 'p99' },
          ],
        }),
        graph({
          title: 'Events taken',
          description: 'Records that the graph consumed, by topic.',
          unit: 'eps',
          span: 8,
          stacked: true,
          queries: [{ expr: perSecond('thaw_graph_events_total', ['topic']), legend: '{{topic}}' }],
        }),
      ],
    },
    {
      title: 'Apps',
      panels: [
        states({
          title: 'Ready',
          description: 'Whether each app says that it is ready. A gap: Prometheus could not reach it.',
          unit: 'none',
          span: 8,
          mappings: [words({ '0': ['not ready', 'red'], '1': ['ready', 'green'] })],
          queries: [{ expr: lowest('thaw_ready', ['job', 'instance']), legend: '{{job}} {{instance}}' }],
        }),
        graph({
          title: 'CPU',
          description:
            'Cores in use by each app. The graph takes one at full ingest, a run of the trainer all it may have.',
          unit: 'short',
          span: 8,
          queries: [
            { expr: perSecond('process_cpu_seconds_total', ['job', 'instance']), legend: '{{job}} {{instance}}' },
          ],
        }),
        graph({
          title: 'Memory',
          description: 'Resident memory of the processes.',
          unit: 'bytes',
          span: 8,
          queries: [
            { expr: sum('process_resident_memory_bytes', ['job', 'instance']), legend: '{{job}} {{instance}}' },
          ],
        }),
      ],
    },
  ],
};
