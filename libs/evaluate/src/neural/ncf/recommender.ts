import { tensorOps } from '@thaw/waml';
import type { FitContext, Recommender } from '../../protocol/recommender.js';
import type { Training } from '../../protocol/training.js';
import { ContentTower } from '../content-tower.js';
import { neuralRecommender, type TrialLimits } from '../fit-neural.js';
import { EmbeddingKernel } from '../kernel/embedding-kernel.js';
import { CONTENT_WIDTH, contentOf } from '../marketplace.js';
import type { NeuralTools } from '../neural-tools.js';
import { Parameters } from '../parameters.js';
import { Ncf, type NcfSettings } from './ncf.js';
import { NcfTower } from './tower.js';

interface NcfTrial {
  readonly penalty: number;
}

const TRIALS: readonly NcfTrial[] = [{ penalty: 1e-3 }, { penalty: 1e-2 }];
const SETTINGS: Omit<NcfSettings, 'penalty' | 'seed'> = { learningRate: 0.01, negatives: 4, batch: 10_240 };
const COLUMNS = 32;
const WIDTHS = [2 * COLUMNS, 32, 16, 8];
const HIDDEN = 64;
const LIMITS: TrialLimits = { maxSteps: 300, validateEvery: 20, patience: 4 };

/** NeuMF on sellers and products, with or without what is written about products. */
export const ncf = (tools: NeuralTools, content: boolean): Recommender =>
  neuralRecommender(content ? 'ncf-content' : 'ncf', TRIALS, LIMITS, (training, trial, context) =>
    openNcf(tools, content, training, trial, context),
  );

async function openNcf(
  tools: NeuralTools,
  content: boolean,
  training: Training,
  { penalty }: NcfTrial,
  context: FitContext,
): Promise<Ncf> {
  const ops = tensorOps(await tools.tensors());
  const parameters = new Parameters(await EmbeddingKernel.open(), context.seed);
  const shape = { width: CONTENT_WIDTH, hidden: HIDDEN, dimensions: COLUMNS };
  const input = {
    items: training.snapshot.listed,
    tower: new NcfTower(ops, parameters, WIDTHS, COLUMNS),
    ...(content && { content: new ContentTower(ops, parameters, await contentOf(training, context), shape) }),
    candidates: training.candidates,
  };
  return new Ncf(parameters, input, { ...SETTINGS, penalty, seed: context.seed });
}
