import { operator } from '@thaw/contracts';
import type { Metrics, Reading } from '@thaw/platform';
import type { LiveEmbedding } from './live/live-embedding.js';
import type { LiveBatchTimes } from './live/protocol.js';
import { VERDICTS } from './policy/gate.js';
import { TENSOR_BACKENDS } from '@thaw/tensor';
import { STAGES, type RunOutcome, type TrainingReport } from './run/job.js';
import type { Trainer, TrainerEvents } from './trainer.js';
import type { GraphActivity } from './policy/graph-activity.js';
import type { VersionLedger } from './versions/version-ledger.js';

const KINDS = ['full', 'fine-tune'] as const;
const OUTCOMES = ['published', 'rejected', 'failed', 'cancelled'] as const;
const FAILURES = ['RUN_CRASHED', 'RUN_HUNG', 'GRAPH_NOT_READY', 'MODEL_TOO_LITTLE_DATA', 'other'] as const;
const RUN_SECONDS_BUCKETS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];
const LIVE_LAG_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 300];
const LIVE_BATCH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const VERSION_STATES = ['serving', 'standby', 'rejected'] as const;

const { RunState } = operator;
const OUTCOME_OF: ReadonlyMap<operator.RunState, (typeof OUTCOMES)[number]> = new Map([
  [RunState.PUBLISHED, 'published'],
  [RunState.REJECTED, 'rejected'],
  [RunState.FAILED, 'failed'],
  [RunState.CANCELLED, 'cancelled'],
]);

/** What counts and what is observed of a trainer. */
export interface TrainerMetrics {
  readonly events: TrainerEvents;
  /** Told of the micro-batches of live embedding. */
  readonly onLiveBatches: (batches: readonly LiveBatchTimes[]) => void;
  /** What is looked up at each scrape from now on. */
  observe(observed: Observed): void;
}

export interface Observed {
  readonly trainer: Trainer;
  readonly ledger: VersionLedger;
  readonly activity: GraphActivity;
  readonly live: LiveEmbedding;
  /** Infinity: never known. */
  readonly lagSeconds: () => number;
}

/** Registers all metrics of the trainer. What is observed is not known until there is something to observe. */
export function trainerMetrics(metrics: Metrics): TrainerMetrics {
  let observed: Observed | undefined;
  observeRuns(metrics, () => observed);
  observeVersions(metrics, () => observed);
  observeLive(metrics, () => observed);
  return {
    events: trainerEvents(metrics),
    onLiveBatches: liveBatches(metrics),
    observe: (now) => {
      observed = now;
    },
  };
}

function trainerEvents(metrics: Metrics): TrainerEvents {
  const runs = metrics.counter('thaw_trainer_runs_total', 'Runs that ended, by kind and outcome.', {
    kind: KINDS,
    outcome: OUTCOMES,
  });
  const failures = metrics.counter('thaw_trainer_failed_attempts_total', 'Attempts of runs that failed, by reason.', {
    reason: FAILURES,
  });
  const verdicts = metrics.counter('thaw_trainer_gate_verdicts_total', 'Versions judged by the gate, by verdict.', {
    verdict: VERDICTS,
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
  const figures = gateFigures(metrics);
  const training = trainingGauges(metrics);
  return {
    onTraining: training,
    onStage: (now) => {
      for (const each of STAGES) stage({ stage: each }).set(each === now ? 1 : 0);
    },
    onFailedAttempt: (_, { code }) => failures({ reason: FAILURES.find((known) => known === code) ?? 'other' }).inc(),
    onOutcome: (_, outcome) => {
      for (const stage of STAGES) stages({ stage }).set(outcome.seconds[stage] ?? 0);
      figures(outcome);
    },
    onVerdict: (verdict) => verdicts({ verdict }).inc(),
    onEnd: (run) => {
      const outcome = OUTCOME_OF.get(run.state);
      if (outcome !== undefined) runs({ kind: run.kind, outcome }).inc();
      if (run.startedAtMs !== undefined) seconds({ kind: run.kind }).observe((Date.now() - run.startedAtMs) / 1000);
    },
  };
}

/** What the gate saw of the last version, passed or not; not known before the first. */
function gateFigures(metrics: Metrics): (outcome: RunOutcome) => void {
  let last: RunOutcome | undefined;
  const figures: readonly (readonly [string, string, (outcome: RunOutcome) => Reading | null])[] = [
    ['recall_at_100_ratio', 'Its Recall@100.', ({ draft }) => draft.metrics.recallAt100],
    [
      'serving_recall_at_100_ratio',
      'Recall@100 of what served then, on the same held-back listings.',
      ({ draft }) => draft.metrics.servingRecallAt100,
    ],
    [
      'index_recall_ratio',
      'What its index found of what exact search finds.',
      ({ draft }) => draft.metrics.indexRecallAt100,
    ],
    ['held_back_listings', 'Listings that it was measured on.', ({ heldBackListings }) => heldBackListings],
  ];
  for (const [name, help, read] of figures) {
    metrics.observedGauge(`thaw_trainer_judged_${name}`, `The last version that the gate judged. ${help}`, () =>
      last === undefined ? undefined : (read(last) ?? undefined),
    );
  }
  return (outcome) => {
    last = outcome;
  };
}

/** Gauges of the training that is under way or was the last. */
function trainingGauges(metrics: Metrics): TrainerEvents['onTraining'] {
  const gauges: readonly (readonly [string, string, (training: TrainingReport) => number | undefined])[] = [
    ['step', 'Step of the training of the network.', ({ step }) => step],
    ['loss', 'Its loss, smoothed.', ({ loss }) => loss],
    ['validation_recall_at_100_ratio', 'Recall@100 at its last validation.', ({ recall }) => recall],
    ['steps_per_second', 'Its speed, in steps per second.', ({ stepsPerSecond }) => stepsPerSecond],
    ['eta_seconds', 'Time to the end of its stretch.', ({ etaMs }) => etaMs / 1000],
  ];
  const set = gauges.map(([name, help, read]) => ({
    gauge: metrics.gauge(`thaw_trainer_network_${name}`, help, {}),
    read,
  }));
  const backend = metrics.gauge('thaw_trainer_network_backend', 'The tensor backend of the training: 1, others 0.', {
    backend: TENSOR_BACKENDS,
  });
  return (training) => {
    for (const { gauge, read } of set) {
      const value = read(training);
      if (value !== undefined && Number.isFinite(value)) gauge({}).set(value);
    }
    for (const each of TENSOR_BACKENDS) backend({ backend: each }).set(each === training.backend ? 1 : 0);
  };
}

type Look = () => Observed | undefined;
type ObservedGauge = readonly [name: string, help: string, read: (observed: Observed) => number | undefined];

function register(metrics: Metrics, look: Look, gauges: readonly ObservedGauge[]): void {
  for (const [name, help, read] of gauges) {
    metrics.observedGauge(`thaw_trainer_${name}`, help, () => {
      const observed = look();
      return observed && read(observed);
    });
  }
}

function observeRuns(metrics: Metrics, look: Look): void {
  register(metrics, look, [
    ['run_active', 'Whether a run is under way.', ({ trainer }) => (trainer.desk.current === undefined ? 0 : 1)],
    [
      'run_elapsed_seconds',
      'Since the run that is under way began, all its attempts; 0: none is.',
      ({ trainer }) => sinceSeconds(trainer.desk.current?.startedAtMs) ?? 0,
    ],
    [
      'run_progress_ratio',
      'How far the run that is under way is, 0 to 1.',
      ({ trainer }) => trainer.desk.current?.progress ?? 0,
    ],
    ['run_eta_seconds', 'Time to the end of that run; NaN: not known.', ({ trainer }) => etaSeconds(trainer)],
    [
      'fine_tunes_paused',
      'Whether runs by themselves are paused.',
      ({ trainer }) => (trainer.pause === undefined ? 0 : 1),
    ],
    [
      'candidate_churn',
      'Candidates that came and went since the last run began.',
      ({ activity }) => activity.now.churn,
    ],
    ['changed_edges', 'Edges and listings that changed since then.', ({ activity }) => activity.now.changes],
    ['candidates', 'Candidates of the graph, as the trainer knows it.', ({ activity }) => activity.now.candidates],
    ['edges', 'Edges between products, as the trainer knows them.', ({ activity }) => activity.now.edges],
    ['listings', 'Listings, as the trainer knows them.', ({ activity }) => activity.now.listings],
    [
      'graph_lag_seconds',
      'Since all changes of the graph were known; since the start where they never were.',
      ({ lagSeconds }) => Math.min(lagSeconds(), process.uptime()),
    ],
  ]);
}

function observeVersions(metrics: Metrics, look: Look): void {
  const versions = ({ ledger }: Observed) => ledger.list(Infinity);
  register(metrics, look, [
    [
      'serving_version',
      'Number of the version that is to serve; 0: none.',
      ({ ledger }) => Number(ledger.serving?.version.slice(1) ?? 0),
    ],
    ['serving_recall_at_100_ratio', 'Its Recall@100; NaN: none serves.', ({ ledger }) => ledger.serving?.recallAt100],
    [
      'serving_published_timestamp_seconds',
      'When it was made, Unix epoch; NaN: none serves.',
      ({ ledger }) => ledger.serving && ledger.serving.publishedAtMs / 1000,
    ],
    ['serving_pinned', 'Whether an operator has pinned it.', ({ ledger }) => (ledger.serving?.pinned === true ? 1 : 0)],
  ]);
  metrics.observedGauges(
    'thaw_trainer_versions',
    'Versions that can be gone back to or looked at, by state.',
    { state: VERSION_STATES },
    ({ state }) => {
      const observed = look();
      return observed && versions(observed).filter((version) => stateName(version.state) === state).length;
    },
  );
}

function observeLive(metrics: Metrics, look: Look): void {
  register(metrics, look, [
    ['live_pending_nodes', 'Nodes whose vectors are out of date.', ({ live }) => live.statistics?.pending ?? 0],
  ]);
  metrics.observedCounter(
    'thaw_trainer_live_failures_total',
    'Times that the thread of live embedding ended by itself.',
    () => look()?.live.failures ?? 0,
  );
}

function liveBatches(metrics: Metrics): TrainerMetrics['onLiveBatches'] {
  const vectors = metrics.counter('thaw_trainer_live_vectors_total', 'Vectors sent between versions.', {})({});
  const lag = metrics.histogram(
    'thaw_trainer_live_lag_seconds',
    'From the event behind a change to its vectors on the topic, for every micro-batch.',
    LIVE_LAG_BUCKETS,
    {},
  )({});
  const seconds = metrics.histogram(
    'thaw_trainer_live_batch_seconds',
    'Time to embed and send a micro-batch.',
    LIVE_BATCH_BUCKETS,
    {},
  )({});
  return (batches) => {
    for (const batch of batches) {
      vectors.inc(batch.nodes);
      seconds.observe(batch.seconds);
      if (batch.lagSeconds !== undefined) lag.observe(batch.lagSeconds);
    }
  };
}

const sinceSeconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : (Date.now() - ms) / 1000;

function etaSeconds({ desk }: Trainer): number | undefined {
  const eta = desk.current?.etaSeconds(Date.now());
  return eta === undefined || eta < 0 ? undefined : eta;
}

function stateName(state: operator.VersionState): string {
  return operator.VersionState[state].toLowerCase();
}
