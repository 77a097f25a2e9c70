import { tensorOps } from '@thaw/waml';
import type { FitContext, Recommender } from '../../protocol/recommender.js';
import type { Training } from '../../protocol/training.js';
import { neuralRecommender, type TrialLimits } from '../fit-neural.js';
import { EmbeddingKernel } from '../kernel/embedding-kernel.js';
import { CONTENT_WIDTH, contentOf, customersBelow, sellersAbove } from '../marketplace.js';
import type { NeuralTools } from '../neural-tools.js';
import { Parameters } from '../parameters.js';
import { DenseSide } from './dense-side.js';
import { Gcmc, type GcmcSettings } from './gcmc.js';

interface GcmcTrial {
  /** Whether customers' interactions are a second level of edges. */
  readonly customers: boolean;
  readonly nodeDropout: number;
}

const TRIALS: readonly GcmcTrial[] = [
  { customers: false, nodeDropout: 0.3 },
  { customers: false, nodeDropout: 0.7 },
  { customers: true, nodeDropout: 0.3 },
  { customers: true, nodeDropout: 0.7 },
];
const SETTINGS: Omit<GcmcSettings, 'nodeDropout' | 'seed'> = { dimensions: 64, learningRate: 0.01, batch: 16_384 };
const FEATURES = 64;
const LIMITS: TrialLimits = { maxSteps: 300, validateEvery: 20, patience: 3 };

export const gcmc = (tools: NeuralTools): Recommender =>
  neuralRecommender('gcmc', TRIALS, LIMITS, (training, trial, context) => openGcmc(tools, training, trial, context));

async function openGcmc(
  tools: NeuralTools,
  training: Training,
  { customers, nodeDropout }: GcmcTrial,
  context: FitContext,
): Promise<Gcmc> {
  const { listed } = training.snapshot;
  const kernel = await EmbeddingKernel.open();
  const parameters = new Parameters(kernel, context.seed);
  const texts = await contentOf(training, context);
  const shape = { width: CONTENT_WIDTH, features: FEATURES, dimensions: SETTINGS.dimensions };
  const dense = new DenseSide(tensorOps(await tools.tensors()), parameters, texts, listed.columns, shape);
  const levels = customers ? [sellersAbove(training), customersBelow(training)] : [listed];
  const input = { levels, dense, candidates: training.candidates };
  return new Gcmc(kernel, parameters, input, { ...SETTINGS, nodeDropout, seed: context.seed });
}
