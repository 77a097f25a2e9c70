import { modelGraph, propagationGraph, tensorOps, type Relation } from '@thaw/waml';
import type { FitContext, Recommender } from '../../protocol/recommender.js';
import type { Training } from '../../protocol/training.js';
import { modelStateOf } from '../../waml/model-state.js';
import { ContentTower } from '../content-tower.js';
import { neuralRecommender, type TrialLimits } from '../fit-neural.js';
import { EmbeddingKernel } from '../kernel/embedding-kernel.js';
import { CONTENT_WIDTH, contentOf } from '../marketplace.js';
import type { NeuralTools } from '../neural-tools.js';
import { Parameters } from '../parameters.js';
import { Gat, type GatSettings } from './gat.js';

interface GatTrial {
  /** Whether co-interactions are edges, or listings and categories only. */
  readonly coInteractions: boolean;
}

const TRIALS: readonly GatTrial[] = [{ coInteractions: false }, { coInteractions: true }];
const SETTINGS: Omit<GatSettings, 'preferenceDropout' | 'seed'> = {
  dimensions: 64,
  heads: 4,
  learningRate: 0.005,
  dropout: 0.3,
  batch: 16_384,
};
const PREFERENCE_DROPOUT = 0.5;
const HIDDEN = 64;
/** Attention costs a pass a pair: the most frequent ones are taken, about as many as the paper's graph has. */
const PAIRS_PER_PRODUCT = 10;
const LIMITS: TrialLimits = { maxSteps: 200, validateEvery: 20, patience: 2 };

/** GAT over the reduced graph with content, alone or with DropoutNet. */
export const gat = (tools: NeuralTools, dropoutNet: boolean): Recommender =>
  neuralRecommender(dropoutNet ? 'gat-dropoutnet' : 'gat', TRIALS, LIMITS, (training, trial, context) =>
    openGat(tools, dropoutNet, training, trial, context),
  );

async function openGat(
  tools: NeuralTools,
  dropoutNet: boolean,
  training: Training,
  { coInteractions }: GatTrial,
  context: FitContext,
): Promise<Gat> {
  const ops = tensorOps(await tools.tensors());
  const { listed, listingCounts } = training.snapshot;
  const state = modelStateOf(training);
  const threshold = thresholdFor(state.coInteractions.count, PAIRS_PER_PRODUCT * listed.columns);
  const relations: Relation[] = coInteractions ? ['co-interaction', 'listing', 'category'] : ['listing', 'category'];
  const kernel = await EmbeddingKernel.open();
  const parameters = new Parameters(kernel, context.seed);
  const shape = { width: CONTENT_WIDTH, hidden: HIDDEN, dimensions: SETTINGS.dimensions };
  const input = {
    graph: propagationGraph(modelGraph(state, threshold), { relations }),
    items: listed,
    content: new ContentTower(ops, parameters, await contentOf(training, context), shape),
    isCold: (product: number) => listingCounts[product] === 0,
    candidates: training.candidates,
  };
  const preferenceDropout = dropoutNet ? PREFERENCE_DROPOUT : 0;
  return new Gat(ops, kernel, parameters, input, { ...SETTINGS, preferenceDropout, seed: context.seed });
}

/** The lowest count at which no more than so many pairs are left. */
export function thresholdFor(counts: ArrayLike<number>, mostPairs: number): number {
  const sorted = Uint32Array.from(counts).sort();
  return sorted.length <= mostPairs ? 1 : sorted[sorted.length - mostPairs - 1]! + 1;
}
