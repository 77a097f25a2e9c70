export * from './bootstrap.js';
export * from './ranks.js';
export * from './recall.js';
export * from './strata.js';
