export * from './errors.js';
export * as events from './generated/thaw/events/v1/events.js';
export * as graph from './generated/thaw/graph/v1/graph.js';
export * as operator from './generated/thaw/operator/v1/operator.js';
export * as recommender from './generated/thaw/recommender/v1/recommender.js';
