import type { Propagate } from '@thaw/waml';
import { BASELINES } from './baselines/index.js';
import { neuralModels } from './neural/index.js';
import type { NeuralTools } from './neural/neural-tools.js';
import type { Recommender } from './protocol/recommender.js';
import { waml } from './waml/waml.js';
import { wamlNetwork } from './waml/waml-network.js';
import { wamlPaper } from './waml/waml-paper.js';

/** What models compute with. */
export interface ModelTools extends NeuralTools {
  readonly propagate: Propagate;
}

const quickModels = ({ propagate }: ModelTools): Recommender[] => [...BASELINES, wamlPaper(propagate), waml(propagate)];

/** `waml` comes after all that it is compared with, and what it might become after it. */
const allModels = (tools: ModelTools): Recommender[] => {
  const quick = quickModels(tools);
  const network = wamlNetwork(tools.propagate, () => tools.tensors());
  return [...quick.slice(0, -2), ...neuralModels(tools), ...quick.slice(-2), network];
};

const NO_TOOLS: ModelTools = {
  propagate: () => Promise.reject(new Error('no propagation')),
  tensors: () => Promise.reject(new Error('no tensors')),
};
const namesOf = (models: readonly Recommender[]): readonly string[] => models.map(({ name }) => name);

/** The names that {@link modelsNamed} knows, in the order in which the models run. */
export const MODEL_NAMES = namesOf(allModels(NO_TOOLS));
/** Those that take seconds: all but the trained baselines and the trained network, which take minutes. */
export const QUICK_MODEL_NAMES = namesOf(quickModels(NO_TOOLS));

/** The models of these names, in the order in which they run; unknown names are left out. */
export function modelsNamed(names: readonly string[], tools: ModelTools): Recommender[] {
  return allModels(tools).filter(({ name }) => names.includes(name));
}
