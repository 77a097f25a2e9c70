export { trainerMetrics } from './metrics.js';
export { startTrainerApp, type RunningTrainerApp, type TrainerAppOptions } from './trainer-app.js';
