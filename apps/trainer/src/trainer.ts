import type { BundleStore, ListedBundle } from '@thaw/bundle';
import { operator, type ThawError } from '@thaw/contracts';
import type { Logger } from '@thaw/platform';
import type { GateSettings, VerdictName } from './policy/gate.js';
import type { GraphActivity } from './policy/graph-activity.js';
import { dueRun, type PolicySettings, type TrainingHistory } from './policy/training-policy.js';
import type { RunJob, RunOutcome, Stage, TrainingReport } from './run/job.js';
import { learnedOf } from './run/outcome.js';
import type { Run } from './run/run.js';
import { RunDesk, type RunEnd } from './run/run-desk.js';
import type { RunFile } from './run/run-file.js';
import type { WorkFolders } from './run/work-folders.js';
import { pruneBundles, type PruneSettings, publishBundle, versionOf } from './versions/publish.js';
import type { VersionLedger } from './versions/version-ledger.js';

/** By whom, why and since when runs by themselves are paused. */
export interface Pause {
  readonly by: string;
  readonly because: string;
  /** Unix epoch milliseconds. */
  readonly atMs: number;
}

export interface TrainerSettings extends PolicySettings, GateSettings, PruneSettings {
  readonly attempts: number;
}

/** What a trainer is told of, for metrics. */
export interface TrainerEvents {
  onFailedAttempt(run: Run, reason: ThawError): void;
  /** A run has come to its next stage; `undefined`: no run is under way. */
  onStage(stage: Stage | undefined): void;
  onEnd(run: Run): void;
  onOutcome(run: Run, outcome: RunOutcome): void;
  /** The gate has judged what a run made, and the bundle is there. */
  onVerdict(verdict: VerdictName): void;
  /** The network is being trained. */
  onTraining(training: TrainingReport): void;
}

export interface TrainerParts {
  readonly settings: TrainerSettings;
  readonly store: BundleStore;
  readonly ledger: VersionLedger;
  readonly activity: GraphActivity;
  readonly runFile: RunFile;
  /** Where attempts of a run leave what the next goes on from. */
  readonly workFolders: WorkFolders;
  readonly logger: Logger;
  readonly events: TrainerEvents;
  /** Does the computation of a run. */
  readonly compute: (
    job: Pick<RunJob, 'kind' | 'folder' | 'workFolder' | 'serving'>,
    onProgress: (stage: Stage, fraction: number, what: string) => void,
    signal: AbortSignal,
  ) => Promise<RunOutcome>;
  /** Brings what changed since a version was begun onto the topic of embeddings, before anybody serves it. */
  readonly catchUp: (version: string, signal: AbortSignal) => Promise<void>;
  /** Told when a run has changed what is served, or has failed to. */
  readonly onServed: () => void;
}

const LOOK_EVERY_MS = 500;

/** Makes versions: those that the policy finds due, and those that are asked for. */
export class Trainer {
  readonly desk: RunDesk;
  /** Of runs that come by themselves; those that are asked for are not paused. */
  pause: Pause | undefined;
  private history: TrainingHistory = { lastEndMs: undefined, lastVersionMs: undefined, listingsAtFull: undefined };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: TrainerParts) {
    const { settings, logger, runFile, events, workFolders } = parts;
    this.desk = new RunDesk({
      perform: (run) => this.perform(run),
      attempts: settings.attempts,
      logger,
      onFailedAttempt: (run, reason) => events.onFailedAttempt(run, reason),
      onEnd: (run) => {
        events.onEnd(run);
        if (run.startedAtMs === undefined) return; // cancelled while another was under way
        this.history = { ...this.history, lastEndMs: Date.now() };
        events.onStage(undefined);
      },
      remember: (runs) => {
        runFile.write(runs);
        workFolders.keep(runs.filter(({ isOver }) => !isOver).map(({ runId }) => runId));
      },
    });
  }

  /** Goes on with what a killed trainer left, and from then on looks at what is due. */
  async start(): Promise<void> {
    this.history = historyOf(await this.parts.store.list());
    const left = this.parts.runFile.read();
    this.parts.workFolders.keep(left.filter(({ end }) => end === undefined).map(({ request }) => request.runId));
    this.desk.restore(left);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.desk.close();
  }

  private look(): void {
    if (this.pause !== undefined || this.desk.current !== undefined) return;
    const { settings, activity } = this.parts;
    const due = dueRun(settings, activity.now, this.history, Date.now());
    if (due !== undefined) this.desk.start(due.kind, due.reason);
  }

  private async perform(run: Run): Promise<RunEnd> {
    const { store, ledger, activity, compute, settings, catchUp, onServed, events } = this.parts;
    const { signal } = run.cancelled;
    const staged = await store.stage(await store.nextVersion(ledger.names));
    const taken = activity.mark();
    try {
      const serving = await this.serving();
      const workFolder = this.parts.workFolders.of(run.runId);
      const job = { kind: run.kind, folder: staged.folder, workFolder, serving };
      const onProgress = (stage: Stage, fraction: number, what: string): void =>
        this.progress(run, stage, fraction, what);
      const outcome = await compute(job, onProgress, signal);
      signal.throwIfAborted(); // from here on it is too late to cancel
      events.onOutcome(run, outcome);
      this.progress(run, 'gate', 0, 'gate');
      const { manifest, verdict } = await publishBundle(staged, outcome, settings);
      events.onVerdict(verdict);
      this.progress(run, 'publish', 0, manifest.gate.reason);
      if (manifest.gate.passed) await catchUp(manifest.version, signal);
      const { version } = await ledger.add(versionOf(manifest));
      this.history = {
        ...this.history,
        lastVersionMs: manifest.createdAtMs,
        listingsAtFull: run.kind === 'full' ? outcome.listings : this.history.listingsAtFull,
      };
      await pruneBundles(store, ledger, settings);
      const message = manifest.gate.reason;
      const { PUBLISHED, REJECTED } = operator.RunState;
      return manifest.gate.passed ? { state: PUBLISHED, version, message } : { state: REJECTED, version, message };
    } catch (error) {
      activity.takeBack(taken);
      throw error;
    } finally {
      onServed();
      await staged.discard();
    }
  }

  private progress(run: Run, stage: Stage, fraction: number, message: string): void {
    const isNext = run.stage !== stage || run.message === '';
    run.update({ stage, fraction, message });
    if (!isNext) return;
    const { logger, events } = this.parts;
    const [progress, etaSeconds] = [run.progress, run.etaSeconds(Date.now())].map((value) => Number(value.toFixed(2)));
    logger.info({ runId: run.runId, stage, progress, etaSeconds }, `${run.kind}: ${stage}`);
    events.onStage(stage);
  }

  /** What serves now, with its model; undefined where nothing does, or its bundle is gone. */
  private async serving(): Promise<RunJob['serving']> {
    const { store, ledger, logger } = this.parts;
    const { serving } = ledger;
    if (serving === undefined) return undefined;
    const { manifest, broken } = (await store.list()).find(({ version }) => version === serving.version) ?? {};
    if (manifest !== undefined) return { version: serving.version, learned: learnedOf(manifest.settings) };
    logger.warn(
      { version: serving.version, broken },
      'the bundle that serves cannot be read: the run starts from scratch',
    );
    return undefined;
  }
}

/** What the bundles say of the runs before. */
function historyOf(bundles: readonly ListedBundle[]): TrainingHistory {
  const manifests = bundles.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest]));
  const full = manifests.findLast(({ kind }) => kind === 'full');
  return {
    lastEndMs: undefined,
    lastVersionMs: manifests.at(-1)?.createdAtMs,
    listingsAtFull: full?.metrics['listings'] ?? undefined,
  };
}
