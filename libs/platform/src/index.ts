export * from './config/index.js';
export * from './errors/index.js';
export * from './health/index.js';
export * from './logging/index.js';
export * from './metrics/index.js';
export * from './shutdown/index.js';
export * from './supervisor/index.js';
