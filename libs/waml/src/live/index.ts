export * from './layer-states.js';
export * from './live-embedder.js';
export * from './live-graph.js';
export { nodeSignatures } from './signature.js';
