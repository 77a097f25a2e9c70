export { REQUEST_LIMITS } from './answers/request.js';
export { recommenderMetrics } from './metrics.js';
