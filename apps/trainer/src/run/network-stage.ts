import { ThawError } from '@thaw/contracts';
import { type BackendLoaders, openTensorBackend, type TensorBackend } from '@thaw/tensor';
import {
  type EmbedRows,
  type LearnedModel,
  type ModelContext,
  type NamedTensor,
  networkEmbedder,
  type NetworkSettings,
  type NetworkTrial,
  type Replay,
  type TrainedOnReplay,
  trainOnReplay,
  type Trial,
  tryNetwork,
} from '@thaw/waml';
import type { TrainingReport } from './job.js';
import { NetworkCheckpoints } from './network-checkpoints.js';
import {
  type NetworkJobSettings,
  networkInputFor,
  networkPlanFor,
  type NetworkWish,
  whyNoNetwork,
} from './network-job.js';

/** What the stage `train` came to, for the card and the bundle. */
export interface NetworkStageResult {
  /** Why there is no network, or what the trial said. */
  readonly reason: string;
  readonly isKept: boolean;
  readonly backend?: Pick<TensorBackend, 'name' | 'device'>;
  readonly trained?: TrainedOnReplay;
  readonly trial?: NetworkTrial;
}

export interface NetworkStageOptions {
  readonly settings: NetworkJobSettings;
  readonly seed: number;
  /** Where checkpoints lie: the same for all attempts of a run. */
  readonly workFolder: string;
  /** Parameters of the serving version's network, where it has one. */
  readonly servingParameters: readonly NamedTensor[] | undefined;
  readonly nowMs: () => number;
  readonly note: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly report: (training: TrainingReport) => void;
  /** In place of the backends of this machine. */
  readonly loaders?: BackendLoaders;
  readonly signal: AbortSignal;
}

/** How often the event loop gets its turn while the network is trained: the trainer must hear that the run lives. */
const BREATHE_EVERY_STEPS = 4;

/** The network's part of a run: everything that needs a tensor backend. Nothing of it can make the run fail. */
export class NetworkStage {
  #backend: TensorBackend | undefined;
  #missing: string | undefined;

  constructor(
    private readonly wish: NetworkWish,
    private readonly options: NetworkStageOptions,
  ) {}

  /** Opens the backend where it is needed, and says in the log which one it is, or once that there is none. */
  async open(): Promise<void> {
    const { options, wish } = this;
    const { note, settings, servingParameters, loaders } = options;
    if (whyNoNetwork(wish) !== undefined && servingParameters === undefined) return;
    try {
      const { backend: forced } = settings;
      this.#backend = await openTensorBackend({
        ...(forced !== undefined && { forced }),
        ...(loaders !== undefined && { loaders }),
        onMissing: ({ name, reason }) => {
          if (forced === undefined) note(`the tensor backend ${name} is not to be had: ${reason}`, { backend: name });
        },
      });
      const { name, device } = this.#backend;
      note(`the network runs on ${name} (${device})`, { backend: name, device });
    } catch (thrown) {
      this.#missing = ThawError.from(thrown).message;
      note(`channels alone: ${this.#missing}`);
    }
  }

  /** What the trial is to collect rows for; undefined where nothing will be trained. */
  get input() {
    return this.whyNot === undefined ? networkInputFor(this.wish) : undefined;
  }

  /** Passes rows through the serving version's network, where there is one and a backend. */
  get serving(): EmbedRows | undefined {
    const { wish, options } = this;
    const { network } = wish.serving ?? {};
    if (network === undefined || options.servingParameters === undefined) return undefined;
    return this.embedRows(network.settings, options.servingParameters);
  }

  /** Passes rows through a network; undefined without a backend. */
  embedRows(settings: NetworkSettings, parameters: readonly NamedTensor[]): EmbedRows | undefined {
    const tf = this.#backend?.tf;
    return tf && networkEmbedder(tf, settings, parameters);
  }

  /** Trains, and tries what came of it against the channels alone. @throws the signal's reason only */
  async run(replay: Replay, fitted: Trial, context: ModelContext): Promise<NetworkStageResult> {
    const { whyNot, options } = this;
    const { rows } = fitted;
    const backend = this.#backend;
    if (whyNot !== undefined || rows === undefined || backend === undefined) {
      return { isKept: false, reason: whyNot ?? 'nothing to train on' };
    }
    const { name, device } = backend;
    try {
      const trained = await this.train(replay, fitted, context, backend);
      const about = { backend: { name, device }, trained };
      if (trained.end === 'diverged') {
        return { ...about, isKept: false, reason: `the training diverged, channels alone: ${trained.reason}` };
      }
      const embed = this.embedRows(trained.network.settings, trained.parameters)!;
      const { features, early } = fitted;
      const { signal } = options;
      const trial = await tryNetwork({ features, early, rows, network: trained.network, embed, signal });
      return { ...about, trial, isKept: trial.isKept, reason: trial.reason };
    } catch (thrown) {
      options.signal.throwIfAborted();
      const { message } = ThawError.from(thrown);
      return { isKept: false, reason: `the training failed, channels alone: ${message}`, backend: { name, device } };
    }
  }

  private get whyNot(): string | undefined {
    return whyNoNetwork(this.wish) ?? (this.#missing && `no tensor backend: ${this.#missing}`);
  }

  private async train(
    replay: Replay,
    { features, early, rows }: Trial,
    context: ModelContext,
    { tf, name }: TensorBackend,
  ): Promise<TrainedOnReplay> {
    const { settings, seed, servingParameters, workFolder, nowMs, note, report, signal } = this.options;
    const plan = networkPlanFor(this.wish, settings, networkInputFor(this.wish), seed, servingParameters);
    const checkpoints = new NetworkCheckpoints(workFolder, { plan, model: features.settings });
    const resume = checkpoints.read();
    if (resume !== undefined) {
      const at = resume.training === undefined ? '' : `, step ${resume.training.state.step}`;
      note(`the training goes on from its checkpoint (choice ${resume.tried.length + 1}${at})`);
    }
    const beganMs = nowMs() - (resume?.spentMs ?? 0);
    let steps = 0;
    const { propagate, encodeTexts } = context;
    return await trainOnReplay(
      { replay, features, early, rows: rows! },
      plan,
      { propagate, encodeTexts, seed, signal },
      {
        tf,
        now: nowMs,
        signal,
        keep: (checkpoint) => checkpoints.write(checkpoint),
        progress: (now) => report({ ...now, backend: name, spentMs: nowMs() - beganMs, maxMs: plan.limits.maxMs }),
        breathe: async () => {
          if (++steps % BREATHE_EVERY_STEPS === 0) await new Promise((resolve) => setImmediate(resolve));
        },
      },
      resume,
    );
  }
}

/** A model as it is served: with its network where that was kept. */
export const servedModel = ({ learned }: Trial, { isKept, trial }: NetworkStageResult): LearnedModel =>
  isKept && trial !== undefined ? trial.learned : learned;
