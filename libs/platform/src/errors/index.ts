export { fromServiceError, toServiceError } from './grpc.js';
export { httpStatusOf } from './grpc-status.js';
export { type Problem, toProblem } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export type { FieldViolation } from './rpc-status.js';
