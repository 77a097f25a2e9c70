export { BASELINES } from './baselines/index.js';
export { evaluate, type EvaluateOptions, type Progress } from './protocol/evaluate.js';
export type { FitContext, Recommender, Scores } from './protocol/recommender.js';
export type { EvaluationResult, ModelResult } from './protocol/result.js';
export { loadTask, type Task, type TaskOptions } from './protocol/task.js';
export { formatTable } from './report/table.js';
