export { ablate } from './ablation/climb.js';
export { BASELINES } from './baselines/index.js';
export { evaluate, type EvaluateOptions, type Progress } from './protocol/evaluate.js';
export { rankTargets } from './protocol/ranking.js';
export type { FitContext, Recommender, Scores } from './protocol/recommender.js';
export type { EvaluationResult, ModelResult } from './protocol/result.js';
export type { EventRows } from './data/event-log.js';
export { loadTask, taskOfEvents, type Task, type TaskOptions } from './protocol/task.js';
export { MODEL_NAMES, modelsNamed, QUICK_MODEL_NAMES, type ModelTools } from './models.js';
export { htmlReport } from './report/html.js';
export { formatLadder } from './report/ladder.js';
export { formatTable } from './report/table.js';
export { withPropagation } from './waml/propagation.js';
export { DEFAULT_WAML_OPTIONS, waml, type WamlOptions } from './waml/waml.js';
export {
  DEFAULT_WAML_NETWORK_OPTIONS,
  wamlNetwork,
  type NetworkFit,
  type WamlNetworkOptions,
} from './waml/waml-network.js';
export { wamlPaper } from './waml/waml-paper.js';
export { isBipartiteFolder } from './gowalla/adjacency-lists.js';
export {
  DEFAULT_GOWALLA_OPTIONS,
  evaluateGowalla,
  type GowallaOptions,
  type GowallaResult,
} from './gowalla/evaluate-gowalla.js';
export {
  DEFAULT_LIST_TRAINING,
  trainOnLists,
  type CurvePoint,
  type ListTrainingOptions,
  type ListTrainingResult,
} from './gowalla/train-on-lists.js';
