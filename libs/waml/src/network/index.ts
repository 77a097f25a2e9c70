export type { BatchEdges } from './collisions.js';
export { parameterShapes, type NamedTensor } from './parameters.js';
export * from './settings.js';
export type { TensorApi, TensorOptions } from './tensor-api.js';
export * from './trainer.js';
