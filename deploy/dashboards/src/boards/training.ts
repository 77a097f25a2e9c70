import type { Board } from '../board.js';
import { bars, BLUE, graph, GREEN_ONLY, states, stats, unknownAs, words } from '../kit.js';
import { highest, lowest, metric, perSecond, quantile, sum, times } from '../promql.js';

const RUN = 'thaw_trainer_run_seconds';
const LIVE_LAG = 'thaw_trainer_live_lag_seconds';

export const training: Board = {
  uid: 'thaw-training',
  title: 'Training & versions',
  description: 'How versions of the model come about, what the gate thinks of them, and which one serves.',
  apps: ['trainer', 'recommender'],
  rows: [
    {
      panels: [
        stats({
          title: 'Serving version',
          description: 'Number of the version that recommenders rank with.',
          unit: 'none',
          span: 3,
          decimals: 0,
          graph: false,
          limits: BLUE,
          mappings: [words({ '0': ['none', 'red'] })],
          queries: [{ expr: highest('thaw_recommender_version'), legend: 'version' }],
        }),
        stats({
          title: 'Recall@100',
          description: 'Of that version, on listings that were held back when it was made.',
          unit: 'percentunit',
          span: 4,
          decimals: 1,
          limits: BLUE,
          mappings: [unknownAs('no version')],
          queries: [{ expr: lowest('thaw_recommender_version_recall_at_100_ratio'), legend: 'Recall@100' }],
        }),
        stats({
          title: 'Made',
          description: 'How long ago it was made.',
          unit: 'dtdurations',
          span: 4,
          decimals: 0,
          graph: false,
          limits: ['green', [86_400, 'orange'], [259_200, 'red']],
          mappings: [unknownAs('no version')],
          queries: [{ expr: highest('thaw_recommender_version_age_seconds'), legend: 'ago' }],
        }),
        stats({
          title: 'Pinned',
          description: 'Whether an operator pinned it: newer ones then wait until `thaw release`.',
          unit: 'none',
          span: 3,
          graph: false,
          limits: GREEN_ONLY,
          mappings: [words({ '0': ['no', 'green'], '1': ['pinned', 'orange'] })],
          queries: [{ expr: highest('thaw_trainer_serving_pinned'), legend: 'pinned' }],
        }),
        stats({
          title: 'Runs by themselves',
          description: 'Whether an operator paused them (`thaw pause`).',
          unit: 'none',
          span: 3,
          graph: false,
          limits: GREEN_ONLY,
          mappings: [words({ '0': ['on', 'green'], '1': ['paused', 'orange'] })],
          queries: [{ expr: highest('thaw_trainer_fine_tunes_paused'), legend: 'paused' }],
        }),
        stats({
          title: 'Run under way',
          description: 'How far the run that is under way is; 0 where none is.',
          unit: 'percentunit',
          span: 4,
          decimals: 0,
          graph: false,
          min: 0,
          max: 1,
          limits: BLUE,
          queries: [{ expr: highest('thaw_trainer_run_progress_ratio'), legend: 'progress' }],
        }),
        stats({
          title: 'Ready in',
          description: 'Time to its end at the pace so far.',
          unit: 'dtdurations',
          span: 3,
          graph: false,
          limits: BLUE,
          mappings: [unknownAs('–')],
          queries: [{ expr: `${highest('thaw_trainer_run_eta_seconds')} >= 0 or vector(0)`, legend: 'left' }],
        }),
      ],
    },
    {
      title: 'Runs',
      panels: [
        graph({
          title: 'Runs by outcome',
          description:
            'published: serves, or waits behind a pinned one. rejected: the gate found it worse. failed: every attempt ended in an error.',
          unit: 'short',
          span: 8,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_trainer_runs_total', ['kind', 'outcome']), legend: '{{kind}} {{outcome}}' }],
        }),
        graph({
          title: 'Attempts that failed',
          description:
            'By reason. RUN_HUNG: its process gave no sign of life and was killed. RUN_CRASHED: it ended by itself, out of memory perhaps.',
          unit: 'short',
          span: 8,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_trainer_failed_attempts_total', ['reason']), legend: '{{reason}}' }],
        }),
        graph({
          title: 'Time since the run began',
          description: 'Of the run that is under way. A line that only rises is a run that does not end.',
          unit: 's',
          span: 8,
          queries: [{ expr: highest('thaw_trainer_run_elapsed_seconds'), legend: 'elapsed' }],
        }),
        states({
          title: 'Stage',
          description: 'What the run that is under way does.',
          unit: 'none',
          span: 8,
          mappings: [words({ '0': ['', 'transparent'], '1': ['now', 'blue'] })],
          queries: [
            { expr: highest('thaw_trainer_run_active'), legend: 'any' },
            { expr: highest('thaw_trainer_run_stage', ['stage']), legend: '{{stage}}' },
          ],
        }),
        bars({
          title: 'Stages of the last run',
          description: 'Where its time went.',
          unit: 's',
          span: 8,
          min: 0,
          limits: BLUE,
          queries: [{ expr: highest('thaw_trainer_stage_seconds', ['stage']), legend: '{{stage}}' }],
        }),
        stats({
          title: 'Time of runs that ended, on average',
          description: 'Over the life of the trainer, from a run’s start to its end, all attempts.',
          unit: 's',
          span: 8,
          height: 8,
          graph: false,
          limits: BLUE,
          mappings: [unknownAs('none yet')],
          queries: [
            {
              expr: `${sum(`${RUN}_sum`, ['kind'])} / ${sum(`${RUN}_count`, ['kind'])}`,
              legend: '{{kind}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'The network',
      panels: [
        graph({
          title: 'Loss and steps',
          description: 'Of the training that is under way: its loss, smoothed, and how many steps it does per second.',
          unit: 'short',
          span: 8,
          queries: [
            { expr: highest('thaw_trainer_network_loss'), legend: 'loss' },
            { expr: highest('thaw_trainer_network_steps_per_second'), legend: 'steps per second' },
          ],
        }),
        graph({
          title: 'Recall@100 at validations',
          description: 'Of the network at its last validation. Training ends where it no longer rises.',
          unit: 'percentunit',
          span: 8,
          stepped: true,
          queries: [{ expr: highest('thaw_trainer_network_validation_recall_at_100_ratio'), legend: 'Recall@100' }],
        }),
        stats({
          title: 'Step, time left, backend',
          description:
            'Where the training is, the time to the end of its stretch, and the tensor backend that it runs on.',
          unit: 'short',
          span: 8,
          height: 8,
          graph: false,
          limits: BLUE,
          mappings: [unknownAs('–')],
          queries: [
            { expr: highest('thaw_trainer_network_step'), legend: 'step' },
            { expr: highest('thaw_trainer_network_eta_seconds'), legend: 'seconds left' },
            { expr: highest('thaw_trainer_network_backend', ['backend']), legend: '{{backend}}' },
          ],
        }),
      ],
    },
    {
      title: 'The gate',
      panels: [
        graph({
          title: 'Recall@100 at the gate',
          description:
            'Of each version that was judged, and of the one that served then, on the same held-back listings. A version that is lower by more than THAW_TRAINER_RECALL_TOLERANCE is rejected.',
          unit: 'percentunit',
          span: 12,
          stepped: true,
          queries: [
            { expr: highest('thaw_trainer_judged_recall_at_100_ratio'), legend: 'judged' },
            {
              expr: highest('thaw_trainer_judged_serving_recall_at_100_ratio'),
              legend: 'served then',
            },
          ],
        }),
        graph({
          title: 'Recall of the index at the gate',
          description:
            'What the index of the judged version finds of what exact search finds. Below the line it is rejected.',
          unit: 'percentunit',
          span: 4,
          stepped: true,
          max: 1,
          limits: ['red', [0.98, 'green']],
          drawLimits: true,
          queries: [{ expr: lowest('thaw_trainer_judged_index_recall_ratio'), legend: 'index recall' }],
        }),
        graph({
          title: 'Verdicts',
          description: 'What the gate said of the versions that runs made.',
          unit: 'short',
          span: 4,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_trainer_gate_verdicts_total', ['verdict']), legend: '{{verdict}}' }],
        }),
        graph({
          title: 'Held-back listings at the gate',
          description:
            'How many listings the judged version was measured on. Below 30 a difference in recall is chance, and passes.',
          unit: 'short',
          span: 4,
          stepped: true,
          decimals: 0,
          limits: ['transparent', [30, 'orange']],
          drawLimits: true,
          queries: [{ expr: highest('thaw_trainer_judged_held_back_listings'), legend: 'listings' }],
        }),
      ],
    },
    {
      title: 'Versions and swaps',
      panels: [
        graph({
          title: 'Recall@100 that serves, over time',
          description:
            'Of the version that each recommender ranks with, and of the one that the trainer wants: one step for each version.',
          unit: 'percentunit',
          span: 8,
          stepped: true,
          queries: [
            {
              expr: `min by (instance) (${metric('thaw_recommender_version_recall_at_100_ratio')})`,
              legend: '{{instance}}',
            },
            { expr: highest('thaw_trainer_serving_recall_at_100_ratio'), legend: 'wanted' },
          ],
        }),
        graph({
          title: 'Version: wanted and served',
          description:
            'What the trainer wants served, and what each recommender ranks with. They differ while a swap is under way, and where a bundle cannot be read.',
          unit: 'none',
          span: 8,
          stepped: true,
          decimals: 0,
          queries: [
            { expr: highest('thaw_trainer_serving_version'), legend: 'wanted' },
            { expr: highest('thaw_recommender_version', ['instance']), legend: '{{instance}}' },
          ],
        }),
        graph({
          title: 'Swaps',
          description:
            'Tries of recommenders to serve another version. refused: its index does not find what it should. failed: tried again.',
          unit: 'short',
          span: 8,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_recommender_swaps_total', ['outcome']), legend: '{{outcome}}' }],
        }),
        stats({
          title: 'Time of swaps, on average',
          description: 'From the wish to serve a version to its serving; queries go on meanwhile.',
          unit: 's',
          span: 8,
          graph: false,
          limits: BLUE,
          mappings: [unknownAs('none yet')],
          queries: [
            {
              expr: `${sum('thaw_recommender_swap_seconds_sum')} / ${sum('thaw_recommender_swap_seconds_count')}`,
              legend: 'swap',
            },
          ],
        }),
        stats({
          title: 'Versions that there are',
          description: 'Those that can be gone back to, and rejected ones that can be looked at.',
          unit: 'short',
          span: 16,
          decimals: 0,
          graph: false,
          limits: BLUE,
          queries: [{ expr: sum('thaw_trainer_versions', ['state']), legend: '{{state}}' }],
        }),
      ],
    },
    {
      title: 'When the next one comes, and what happens until then',
      panels: [
        graph({
          title: 'Churn since the last run began',
          description: 'Candidates that came and went as a share of all. At THAW_TRAINER_CHURN a fine-tune is due.',
          unit: 'percentunit',
          span: 8,
          queries: [
            {
              expr: `${highest('thaw_trainer_candidate_churn')} / clamp_min(${highest('thaw_trainer_candidates')}, 1)`,
              legend: 'churn',
            },
          ],
        }),
        graph({
          title: 'Edges and listings that changed since then',
          description: 'As a share of all. At THAW_TRAINER_CHANGED_EDGES a fine-tune is due.',
          unit: 'percentunit',
          span: 8,
          queries: [
            {
              expr: `${highest('thaw_trainer_changed_edges')} / clamp_min(${highest('thaw_trainer_edges')} + ${highest('thaw_trainer_listings')}, 1)`,
              legend: 'changed',
            },
          ],
        }),
        graph({
          title: 'Embedded between versions',
          description: 'Vectors of products and sellers that were made from their neighbours, per second.',
          unit: 'cps',
          span: 8,
          queries: [{ expr: perSecond('thaw_trainer_live_vectors_total'), legend: 'vectors' }],
        }),
        graph({
          title: 'From event to vector',
          description:
            'From the event behind a change to its vectors on the topic. The target is a quarter of a second.',
          unit: 's',
          span: 8,
          limits: ['transparent', [0.25, 'orange']],
          drawLimits: true,
          queries: [
            { expr: quantile(0.5, LIVE_LAG), legend: 'p50' },
            { expr: quantile(0.99, LIVE_LAG), legend: 'p99' },
            { expr: quantile(0.99, 'thaw_trainer_live_batch_seconds'), legend: 'of that, the micro-batch: p99' },
          ],
        }),
        graph({
          title: 'Nodes that wait to be embedded',
          description: 'Products and sellers whose vectors are out of date.',
          unit: 'short',
          span: 8,
          queries: [{ expr: sum('thaw_trainer_live_pending_nodes'), legend: 'nodes' }],
        }),
        graph({
          title: 'Live embedding ended by itself',
          description: 'Each time it is started again after a delay that doubles.',
          unit: 'short',
          span: 8,
          bars: true,
          decimals: 0,
          queries: [{ expr: times('thaw_trainer_live_failures_total'), legend: 'failures' }],
        }),
      ],
    },
  ],
};
