export { type ProcessShutdownOptions, shutDownWithProcess } from './process.js';
export { type ShutdownOptions, type ShutdownReport, type StopStep, Shutdown } from './shutdown.js';
export * from './run-app.js';
