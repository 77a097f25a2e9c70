export * from './affinity-graph.js';
export * from './channel.js';
export * from './channel-vectors.js';
export * from './conditional-logit.js';
export * from './fold.js';
export * from './node-vectors.js';
export * from './seller-profiles.js';
export * from './spectral.js';
