import { recallAt, type RankedTarget } from '@thaw/waml';
import { setImmediate } from 'node:timers/promises';
import { rankTargets } from '../protocol/ranking.js';
import type { FitContext, Recommender, Scores } from '../protocol/recommender.js';
import { replayOf, type Exercise, type Training } from '../protocol/training.js';
import { trainStep, type NeuralModel } from './neural-model.js';

/** How long a trial goes on. */
export interface TrialLimits {
  readonly maxSteps: number;
  /** Steps between two looks at the replay. */
  readonly validateEvery: number;
  /** Looks in a row without a better one, after which a trial ends. */
  readonly patience: number;
}

/** One K is a handful of listings more or less; what is better at all of them is better. Less where candidates are few. */
export const validationKs = (candidates: number): number[] =>
  [50, 100, 200].map((k, i) => Math.min(k, Math.ceil((candidates * 2 ** i) / 16)));

/** Mean of Recall@K over several K. */
export const meanRecall = (ranked: readonly RankedTarget[], ks: readonly number[]): number =>
  ks.reduce((sum, k) => sum + recallAt(ranked, k), 0) / ks.length;

interface Trial<Setting> {
  readonly setting: Setting;
  readonly steps: number;
  /** Of the replay. */
  readonly examples: number;
  readonly recall: number;
  readonly recallAt100: number;
}

/** What a training needs of its caller. */
export interface NeuralFit<Setting> {
  readonly settings: readonly Setting[];
  readonly limits: TrialLimits;
  /** The untrained model of the replay's training state, or of all that is known. */
  readonly open: (state: 'replay' | 'all', setting: Setting) => Promise<NeuralModel>;
}

/**
 * Every setting is trained on the time replay until its recall there (the mean over several K) no longer gets better;
 * the best setting is then trained on all that is known, for as many passes over it.
 */
export async function fitNeural<Setting extends object>(
  { settings, limits, open }: NeuralFit<Setting>,
  replay: Exercise,
  context: FitContext,
): Promise<Scores> {
  let best: Trial<Setting> | undefined;
  for (const [i, setting] of settings.entries()) {
    const tell = (what: string): void => context.onProgress?.(`replay ${i + 1}/${settings.length}, ${what}`);
    const model = await open('replay', setting);
    try {
      const trial = { setting, ...(await runTrial(model, replay, limits, tell, context.signal)) };
      if (best === undefined || trial.recall > best.recall) best = trial;
    } finally {
      model.dispose();
    }
  }
  const { setting, recallAt100, ...trial } = best!;
  const model = await open('all', setting);
  const steps = Math.round((trial.steps * model.examples) / trial.examples);
  const scoresOf = await trainFully(model, steps, context);
  return { scoresOf, settings: { ...setting, steps, replay_recall_at_100: recallAt100 } };
}

/**
 * A trained recommender: see {@link fitNeural}.
 *
 * @param open the untrained model of one training state
 */
export function neuralRecommender<Setting extends object>(
  name: string,
  settings: readonly Setting[],
  limits: TrialLimits,
  open: (training: Training, setting: Setting, context: FitContext) => Promise<NeuralModel>,
): Recommender {
  return {
    name,
    fit: (training, context) => {
      const replay = replayOf(training);
      const openFor = (state: 'replay' | 'all', setting: Setting): Promise<NeuralModel> =>
        open(state === 'all' ? training : replay.training, setting, context);
      return fitNeural({ settings, limits, open: openFor }, replay, context);
    },
  };
}

async function runTrial(
  model: NeuralModel,
  replay: Exercise,
  { maxSteps, validateEvery, patience }: TrialLimits,
  tell: (what: string) => void,
  signal: AbortSignal | undefined,
): Promise<Omit<Trial<object>, 'setting'>> {
  const { examples } = model;
  const ks = validationKs(replay.training.candidates.length);
  let best = { steps: 0, examples, recall: -1, recallAt100: 0 };
  for (let steps = validateEvery; steps <= maxSteps; steps += validateEvery) {
    const loss = await runSteps(model, validateEvery, signal);
    const ranked = rankTargets(replay, { settings: {}, scoresOf: await model.scoresOf() });
    const recall = meanRecall(ranked, ks);
    const recallAt100 = recallAt(ranked, 100);
    tell(`step ${steps}: loss ${loss.toFixed(4)}, Recall@100 ${recallAt100.toFixed(3)}`);
    if (recall > best.recall) best = { steps, examples, recall, recallAt100 };
    else if (steps - best.steps >= patience * validateEvery) break;
  }
  return best;
}

/** @returns the mean loss of the steps */
async function runSteps(model: NeuralModel, steps: number, signal: AbortSignal | undefined): Promise<number> {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    sum += await trainStep(model);
    await setImmediate(); // lets others on the event loop in between two steps
  }
  return sum / steps;
}

/** Steps between two lines of progress. */
const TELL_EVERY = 20;

/** The scores are copies: the model goes. */
async function trainFully(
  model: NeuralModel,
  steps: number,
  { onProgress, signal }: FitContext,
): Promise<Scores['scoresOf']> {
  try {
    for (let done = 0; done < steps;) {
      const some = Math.min(TELL_EVERY, steps - done);
      const loss = await runSteps(model, some, signal);
      done += some;
      onProgress?.(`fitting, step ${done}/${steps}: loss ${loss.toFixed(4)}`);
    }
    return await model.scoresOf();
  } finally {
    model.dispose();
  }
}
