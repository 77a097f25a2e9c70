export { REQUEST_LIMITS } from './answers/request.js';
