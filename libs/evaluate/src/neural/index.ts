import type { Recommender } from '../protocol/recommender.js';
import { gat } from './gat/recommender.js';
import { gcmc } from './gcmc/recommender.js';
import { lightGcn } from './lightgcn/recommender.js';
import { ncf } from './ncf/recommender.js';
import type { NeuralTools } from './neural-tools.js';

/** The trained baselines, in the order in which they run. */
export const neuralModels = (tools: NeuralTools): Recommender[] => [
  ncf(tools, false),
  ncf(tools, true),
  gcmc(tools),
  gat(tools, false),
  gat(tools, true),
  lightGcn(tools, false),
  lightGcn(tools, true),
];
