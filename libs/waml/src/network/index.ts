export type { BatchEdges } from './collisions.js';
export * from './folds.js';
export { parameterShapes, type NamedTensor } from './parameters.js';
export * from './settings.js';
export type { TensorApi, TensorOptions } from './tensor-api.js';
export * from './train-network.js';
export * from './trainer.js';
export { matrixRows, type RowSource, type TrainingFold } from './training-data.js';
export * from './training-run.js';
