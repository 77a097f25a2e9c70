export { type BackoffOptions, backoffMs } from './backoff.js';
export { type ChildSpec, hasParentDeathSignal, type OutputListener } from './spawn.js';
export type { ChildState, ChildStatus } from './supervised-child.js';
export { type SupervisorOptions, Supervisor } from './supervisor.js';
