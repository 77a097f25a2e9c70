import { tensorOps } from '@thaw/waml';
import type { FitContext, Recommender } from '../../protocol/recommender.js';
import type { Training } from '../../protocol/training.js';
import { ContentTower } from '../content-tower.js';
import { neuralRecommender, type TrialLimits } from '../fit-neural.js';
import { EmbeddingKernel } from '../kernel/embedding-kernel.js';
import { CONTENT_WIDTH, contentOf, withCustomers } from '../marketplace.js';
import type { NeuralTools } from '../neural-tools.js';
import { Parameters } from '../parameters.js';
import { LightGcn, type LightGcnSettings } from './light-gcn.js';

/** What is tried on the replay. */
export interface LightGcnTrial {
  /** Whether customers take part: not at all, in the graph only, or as users like sellers, whose items are foreseen too. */
  readonly customers: 'none' | 'graph' | 'users';
  readonly layers: number;
}

export const LIGHTGCN_TRIALS: readonly LightGcnTrial[] = [
  { customers: 'none', layers: 3 },
  { customers: 'graph', layers: 3 },
  { customers: 'users', layers: 3 },
];

const SETTINGS: Omit<LightGcnSettings, 'layers' | 'seed'> = {
  dimensions: 64,
  learningRate: 0.01,
  penalty: 1e-4,
  batch: 16_384,
  sampling: 'edge',
};
const LIMITS: TrialLimits = { maxSteps: 600, validateEvery: 20, patience: 5 };
const HIDDEN = 64;

/** LightGCN on sellers and products, with or without what is written about products. */
export const lightGcn = (tools: NeuralTools, content: boolean): Recommender =>
  neuralRecommender(content ? 'lightgcn-content' : 'lightgcn', LIGHTGCN_TRIALS, LIMITS, (training, trial, context) =>
    openLightGcn(tools, content, training, trial, context),
  );

async function openLightGcn(
  tools: NeuralTools,
  content: boolean,
  training: Training,
  { customers, layers }: LightGcnTrial,
  context: FitContext,
): Promise<LightGcn> {
  const { listed } = training.snapshot;
  const kernel = await EmbeddingKernel.open();
  const parameters = new Parameters(kernel, context.seed);
  const shape = { width: CONTENT_WIDTH, hidden: HIDDEN, dimensions: SETTINGS.dimensions };
  const tower =
    content &&
    new ContentTower(tensorOps(await tools.tensors()), parameters, await contentOf(training, context), shape);
  return new LightGcn(
    kernel,
    parameters,
    {
      items: customers === 'none' ? listed : withCustomers(training),
      ...(customers === 'graph' && { positives: listed }),
      ...(tower && { content: tower }),
      candidates: training.candidates,
    },
    { ...SETTINGS, layers, seed: context.seed },
  );
}
