import { operator } from '@thaw/contracts';
import type { Metrics } from '@thaw/platform';
import type { LiveEmbedding } from './live/live-embedding.js';
import { STAGES } from './run/job.js';
import type { Trainer, TrainerEvents } from './trainer.js';
import type { GraphActivity } from './policy/graph-activity.js';
import type { VersionLedger } from './versions/version-ledger.js';

const KINDS = ['full', 'fine-tune'] as const;
const OUTCOMES = ['published', 'rejected', 'failed', 'cancelled'] as const;
const FAILURES = ['RUN_CRASHED', 'RUN_HUNG', 'GRAPH_NOT_READY', 'MODEL_TOO_LITTLE_DATA', 'other'] as const;
const RUN_SECONDS_BUCKETS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

const { RunState } = operator;
const OUTCOME_OF: ReadonlyMap<operator.RunState, (typeof OUTCOMES)[number]> = new Map([
  [RunState.PUBLISHED, 'published'],
  [RunState.REJECTED, 'rejected'],
  [RunState.FAILED, 'failed'],
  [RunState.CANCELLED, 'cancelled'],
]);

/** Registers what is counted, and returns what counts it. */
export function trainerEvents(metrics: Metrics): TrainerEvents {
  const runs = metrics.counter('thaw_trainer_runs_total', 'Runs that ended, by kind and outcome.', {
    kind: KINDS,
    outcome: OUTCOMES,
  });
  const failures = metrics.counter('thaw_trainer_failed_attempts_total', 'Attempts of runs that failed, by reason.', {
    reason: FAILURES,
  });
  const seconds = metrics.histogram('thaw_trainer_run_seconds', 'Time of a run from its start.', RUN_SECONDS_BUCKETS, {
    kind: KINDS,
  });
  const stages = metrics.gauge('thaw_trainer_stage_seconds', 'Time that each stage of the last run took.', {
    stage: STAGES,
  });
  const stage = metrics.gauge('thaw_trainer_run_stage', 'The stage of the run that is under way: 1, the others 0.', {
    stage: STAGES,
  });
  return {
    onStage: (now) => {
      for (const each of STAGES) stage({ stage: each }).set(each === now ? 1 : 0);
    },
    onFailedAttempt: (_, { code }) => failures({ reason: FAILURES.find((known) => known === code) ?? 'other' }).inc(),
    onOutcome: (_, outcome) => {
      for (const stage of STAGES) stages({ stage }).set(outcome.seconds[stage] ?? 0);
    },
    onEnd: (run) => {
      const outcome = OUTCOME_OF.get(run.state);
      if (outcome !== undefined) runs({ kind: run.kind, outcome }).inc();
      if (run.startedAtMs !== undefined) seconds({ kind: run.kind }).observe((Date.now() - run.startedAtMs) / 1000);
    },
  };
}

export interface Observed {
  readonly trainer: Trainer;
  readonly ledger: VersionLedger;
  readonly activity: GraphActivity;
  readonly lagSeconds: () => number;
}

/** Registers what is looked up at each scrape. */
export function observeTrainer(metrics: Metrics, { trainer, ledger, activity, lagSeconds }: Observed): void {
  const { desk } = trainer;
  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['run_active', 'Whether a run is under way.', () => (desk.current === undefined ? 0 : 1)],
    ['run_progress_ratio', 'How far the run that is under way is, 0 to 1.', () => desk.current?.progress ?? 0],
    [
      'run_eta_seconds',
      'Time to the end of that run; negative: not known.',
      () => desk.current?.etaSeconds(Date.now()) ?? 0,
    ],
    ['fine_tunes_paused', 'Whether runs by themselves are paused.', () => (trainer.pause === undefined ? 0 : 1)],
    ['serving_recall_at_100_ratio', 'Recall@100 of the serving version.', () => ledger.serving?.recallAt100 ?? 0],
    ['serving_published_timestamp_seconds', 'When it was made.', () => (ledger.serving?.publishedAtMs ?? 0) / 1000],
    ['serving_pinned', 'Whether it is pinned.', () => (ledger.serving?.pinned === true ? 1 : 0)],
    ['candidate_churn', 'Candidates that came and went since the last run began.', () => activity.now.churn],
    ['changed_edges', 'Edges and listings that changed since then.', () => activity.now.changes],
    ['graph_lag_seconds', 'Time since all changes of the graph were known.', lagSeconds],
  ];
  for (const [name, help, read] of gauges) metrics.observedGauge(`thaw_trainer_${name}`, help, read);
}

/** Registers what live embedding says of itself. */
export function observeLive(metrics: Metrics, live: LiveEmbedding): void {
  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['pending_nodes', 'Nodes whose vectors are out of date.', () => live.statistics?.pending ?? 0],
    ['embedded_nodes', 'Vectors sent for the version that serves.', () => live.statistics?.embedded ?? 0],
    [
      'lag_seconds',
      'From the event behind a change to its vectors on the topic: the last.',
      () => live.statistics?.lagSeconds ?? 0,
    ],
    ['batch_seconds', 'Time that the last micro-batch took.', () => live.statistics?.batchSeconds ?? 0],
    ['failures', 'Times that the thread of live embedding ended by itself.', () => live.failures],
  ];
  for (const [name, help, read] of gauges) metrics.observedGauge(`thaw_trainer_live_${name}`, help, read);
}
