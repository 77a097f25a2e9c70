import { PAPER_ALPHAS } from '@thaw/waml';
import type { ModelTools } from '../models.js';
import { fitNeural, meanRecall, validationKs, type TrialLimits } from '../neural/fit-neural.js';
import { EmbeddingKernel } from '../neural/kernel/embedding-kernel.js';
import { Parameters } from '../neural/parameters.js';
import { evaluate, type EvaluateOptions } from '../protocol/evaluate.js';
import { rankTargets } from '../protocol/ranking.js';
import type { FitContext, Recommender, Scores } from '../protocol/recommender.js';
import type { EvaluationResult } from '../protocol/result.js';
import type { Task } from '../protocol/task.js';
import { replayOf, type Exercise, type Training } from '../protocol/training.js';
import { ladderGraph, ladderInput, ladderRows, type LadderGraph } from './ladder-graph.js';
import { finishNetwork, ladderScores, ladderSettings, tryNetwork, type NetworkTrial } from './ladder-network.js';
import { LADDER, type Rung } from './rung.js';
import { TrainedNodes } from './trained-nodes.js';

const HALF: readonly number[] = PAPER_ALPHAS.map(() => 0.5);
/** α by layer, from hearing much to keeping much; the paper's own was tuned to its data. */
const ALPHA_SETS: readonly (readonly number[])[] = [
  PAPER_ALPHAS,
  HALF,
  [0.1, 0.2, 0.3, 0.4, 0.5],
  [0.3, 0.3, 0.3, 0.3, 0.3],
  [0.7, 0.7, 0.7, 0.7, 0.7],
  [0.6, 0.7, 0.8, 0.85, 0.9],
];
const BETAS = [0.1, 0.3, 1];
const TRAINED_NODES = { learningRate: 0.01, batch: 16_384 };
const TRAINED_LIMITS: TrialLimits = { maxSteps: 120, validateEvery: 10, patience: 3 };

/** What a ladder knows while it is climbed: what rows have chosen, the rows after them keep. */
interface Climb {
  readonly tools: ModelTools;
  readonly replay: Exercise;
  readonly before: LadderGraph;
  readonly now: LadderGraph;
  alphas?: readonly number[];
  beta?: number;
}

/**
 * The paper's ablation ladder on a task: every row is fitted and asked as any model is. The graph and the texts, which
 * all rows share, are made beforehand and are no row's cost. One seed: a row's choices bind the rows after it.
 */
export async function ablate(
  task: Task,
  tools: ModelTools,
  options: Omit<EvaluateOptions, 'seeds'>,
  rungs: readonly Rung[] = LADDER,
): Promise<EvaluationResult> {
  const { training } = task.exercise;
  const context = { seed: 1, ...(options.signal && { signal: options.signal }) };
  const replay = replayOf(training);
  const climb: Climb = {
    tools,
    replay,
    before: await ladderGraph(replay.training, context),
    now: await ladderGraph(training, context),
  };
  return evaluate(
    task,
    rungs.map((rung) => recommenderOf(rung, climb)),
    { ...options, seeds: 1 },
  );
}

function recommenderOf(rung: Rung, climb: Climb): Recommender {
  return {
    name: rung.name,
    fit: async (_: Training, context) => {
      if (rung.nodes === 'trained') return fitTrainedNodes(rung, climb, context);
      const alphas = await alphasOf(rung, climb, context);
      if (rung.network !== undefined) return fitNetwork(rung, alphas, climb, context);
      const rows = await ladderRows(climb.now, rung, alphas, climb.tools, context);
      return { scoresOf: ladderScores(climb.now, rows), settings: { alphas } };
    },
  };
}

function fitTrainedNodes(rung: Rung, { replay, before, now }: Climb, context: FitContext): Promise<Scores> {
  const open = async (state: 'replay' | 'all'): Promise<TrainedNodes> => {
    const kernel = await EmbeddingKernel.open();
    const graph = state === 'all' ? now : before;
    const content = rung.content ? ladderInput(graph, { ...rung, nodes: 'none' }, context.seed) : undefined;
    const settings = { ...TRAINED_NODES, alphas: HALF, seed: context.seed };
    return new TrainedNodes(kernel, new Parameters(kernel, context.seed), graph, settings, content);
  };
  return fitNeural({ settings: [TRAINED_NODES], limits: TRAINED_LIMITS, open }, replay, context);
}

/** One half everywhere, or what is best on the replay, which is looked for once. */
async function alphasOf(rung: Rung, climb: Climb, context: FitContext): Promise<readonly number[]> {
  if (rung.alpha === 'half') return HALF;
  if (climb.alphas !== undefined) return climb.alphas;
  const ks = validationKs(climb.replay.training.candidates.length);
  let best = -1;
  for (const alphas of ALPHA_SETS) {
    context.onProgress?.(`replay with α ${alphas.join(', ')}`);
    const rows = await ladderRows(climb.before, rung, alphas, climb.tools, context);
    const ranked = rankTargets(climb.replay, { settings: {}, scoresOf: ladderScores(climb.before, rows) });
    const recall = meanRecall(ranked, ks);
    if (recall > best) [best, climb.alphas] = [recall, alphas];
  }
  return climb.alphas!;
}

async function fitNetwork(rung: Rung, alphas: readonly number[], climb: Climb, context: FitContext): Promise<Scores> {
  const { tools, replay, before, now } = climb;
  const tf = await tools.tensors();
  const rows = await ladderRows(before, rung, alphas, tools, context);
  const betas = rung.tunesBeta !== true ? [rung.network?.beta ?? 1] : climb.beta === undefined ? BETAS : [climb.beta];
  let best: NetworkTrial | undefined;
  for (const beta of betas) {
    const settings = ladderSettings({ ...rung.network, beta }, context.seed);
    const trial = await tryNetwork(tf, before, rows, settings, replay, context);
    if (best === undefined || trial.recall > best.recall) best = trial;
  }
  if (rung.tunesBeta === true) climb.beta = best!.settings.beta;
  const scoresOf = await finishNetwork(tf, now, await ladderRows(now, rung, alphas, tools, context), best!, context);
  return { scoresOf, settings: { alphas, beta: best!.settings.beta, steps: best!.steps, replay_recall: best!.recall } };
}
