import {
  chooseSettings,
  DEFAULT_MODEL_SETTINGS,
  embed,
  freshNetworkInput,
  NETWORK_BOUNDS,
  networkEmbedder,
  type NetworkTrial,
  type Propagate,
  retrainPlan,
  type TensorApi,
  type TrainedOnReplay,
  type TrainingProgress,
  trainOnReplay,
  trial,
  tryNetwork,
} from '@thaw/waml';
import { setImmediate } from 'node:timers/promises';
import type { Recommender } from '../protocol/recommender.js';
import { modelContextOf } from './graph-input.js';
import { modelReplayOf, modelStateOf } from './model-state.js';
import { DEFAULT_WAML_OPTIONS, rounded, wamlReport, type WamlOptions } from './waml.js';
import { vectorScores } from './waml-paper.js';

/** A network that was trained on the replay, and what the gate of a run would have said of it. */
export interface NetworkFit {
  readonly trained: TrainedOnReplay;
  readonly trial: NetworkTrial;
  /** Of the whole search, milliseconds. */
  readonly trainingMs: number;
}

export interface WamlNetworkOptions extends WamlOptions {
  /** For the whole search, milliseconds; what has been learned by then counts. */
  readonly maxMs: number;
  /** As THAW_TRAINER_NETWORK_FOLDS: in so many parts the listings are cut, two of them are held out of the graph. */
  readonly folds: number;
  /** A clock that never goes back, milliseconds. */
  readonly nowMs: () => number;
  /** Is told what came of the training. */
  readonly onTrained?: (fit: NetworkFit) => void;
}

export const DEFAULT_WAML_NETWORK_OPTIONS: WamlNetworkOptions = {
  ...DEFAULT_WAML_OPTIONS,
  bounds: NETWORK_BOUNDS,
  maxMs: 60_000,
  folds: 5,
  nowMs: () => performance.now(),
};

/** The event loop gets its turn so often. */
const BREATHE_EVERY_STEPS = 4;

/**
 * `waml` with the trained network's block: what a full retrain of the trainer does, on the exact time replay. The model
 * ranks with the block whatever the gate says of it; what it says is in the settings and the note.
 */
export function wamlNetwork(
  propagate: Propagate,
  tensors: () => Promise<TensorApi>,
  options: WamlNetworkOptions = DEFAULT_WAML_NETWORK_OPTIONS,
): Recommender {
  const { maxMs, folds, nowMs, onTrained, bounds, ...model } = options;
  return {
    name: 'waml-network',
    fit: async (training, fit) => {
      const { seed, signal, onProgress } = fit;
      const tf = await tensors();
      const context = modelContextOf(training, propagate, fit);
      const replay = modelReplayOf(training);
      const settings = await chooseSettings(replay, context, { ...DEFAULT_MODEL_SETTINGS, ...model });
      const input = freshNetworkInput(settings);
      const fitted = await trial(replay, settings, context, { networkInput: input, ...(bounds && { bounds }) });
      const { features, early } = fitted;
      const rows = fitted.rows!;
      const beganMs = nowMs();
      let steps = 0;
      const trained = await trainOnReplay(
        { replay, features, early, rows },
        retrainPlan(input, { maxMs, folds, seed }),
        context,
        {
          tf,
          now: nowMs,
          ...(signal && { signal }),
          progress: (now) => onProgress?.(`training ${now.number}/${now.of}, ${progressWords(now)}`),
          breathe: async () => {
            if (++steps % BREATHE_EVERY_STEPS === 0) await setImmediate();
          },
        },
      );
      const trainingMs = nowMs() - beganMs;
      const embedRows = networkEmbedder(tf, trained.network.settings, trained.parameters);
      const tried = await tryNetwork({
        features,
        early,
        rows,
        network: trained.network,
        embed: embedRows,
        ...(signal && { signal }),
      });
      onTrained?.({ trained, trial: tried, trainingMs });
      const folded = await embed(modelStateOf(training), tried.learned, context, { embedRows });
      const report = { ...wamlReport(tried.learned, folded), network: networkReport(trained, tried) };
      return { ...vectorScores(folded, training, report), note: `the gate of a run would have said: ${tried.reason}` };
    },
  };
}

function progressWords({ step, loss, validation, recall }: TrainingProgress): string {
  return [
    `step ${step}`,
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
    `log-likelihood ${validation.toFixed(4)}`,
    ...(recall === undefined ? [] : [`replay Recall@100 ${recall.toFixed(3)}`]),
  ].join(', ');
}

const networkReport = (
  { network, steps, reason }: TrainedOnReplay,
  { isKept, gain, recallAt100, channelsRecallAt100 }: NetworkTrial,
): Readonly<Record<string, unknown>> => ({
  learning_rate: network.settings.learningRate,
  beta: network.settings.beta,
  blocks: network.settings.blocks,
  steps,
  ended: reason,
  gate: isKept ? 'kept' : 'channels alone',
  gate_gain: rounded(gain.difference),
  gate_gain_ci95: [rounded(gain.low), rounded(gain.high)],
  gate_recall_at_100: rounded(recallAt100),
  gate_channels_recall_at_100: rounded(channelsRecallAt100),
});
