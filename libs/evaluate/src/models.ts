import { BASELINES } from './baselines/index.js';
import type { Recommender } from './protocol/recommender.js';
import { waml } from './waml/waml.js';
import { wamlPaper } from './waml/waml-paper.js';
import type { Propagate } from '@thaw/waml';

const allModels = (propagate: Propagate): Recommender[] => [...BASELINES, wamlPaper(propagate), waml(propagate)];

/** The names that {@link modelsNamed} knows, in the order in which the models run. */
export const MODEL_NAMES: readonly string[] = allModels(() => Promise.reject(new Error('no propagation'))).map(
  ({ name }) => name,
);

/** The models of these names, in the order in which they run; unknown names are left out. */
export function modelsNamed(names: readonly string[], propagate: Propagate): Recommender[] {
  return allModels(propagate).filter(({ name }) => names.includes(name));
}
