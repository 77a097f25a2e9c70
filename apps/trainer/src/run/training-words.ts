import type { Logger } from '@thaw/platform';
import type { TrainingReport } from './job.js';

/** How much of the training is done, by the steps or by the time, whichever ends it sooner. */
export function trainedShare({ step, totalSteps, number, of, etaMs, maxMs }: TrainingReport): number {
  const left = Math.max(0, Math.min(etaMs, maxMs)) / maxMs;
  const own = Math.max(step / Math.max(1, totalSteps), 1 - left);
  return Math.min(1, (number - 1 + Math.max(0, own)) / of);
}

/** A line for people who wait. */
export function trainingWords(training: TrainingReport): string {
  const { step, loss, recall, stepsPerSecond, etaMs, number, of, backend } = training;
  const parts = [
    of > 1 ? `stretch ${number} of ${of}, step ${step}` : `step ${step}`,
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
    ...(recall === undefined ? [] : [`validation Recall@100 ${recall.toFixed(4)}`]),
    `${stepsPerSecond.toFixed(1)} steps/s on ${backend}`,
    ...(Number.isFinite(etaMs) ? [`${Math.max(0, Math.round(etaMs / 1000))} s left`] : []),
  ];
  return parts.join(', ');
}

/** Reports in the log are at least this far apart. */
const LOG_EVERY_MS = 5_000;

/** Passes reports on, and puts one into the log now and then. */
export function trainingLog(
  logger: Pick<Logger, 'info'>,
  pass: (training: TrainingReport) => void,
  nowMs: () => number = () => performance.now(),
): (training: TrainingReport) => void {
  let lastMs = -Infinity;
  return (training) => {
    pass(training);
    if (nowMs() - lastMs < LOG_EVERY_MS) return;
    lastMs = nowMs();
    const { step, loss, recall, stepsPerSecond, etaMs, backend } = training;
    const figures = { step, loss, recall, stepsPerSecond, etaSeconds: etaMs / 1000, backend };
    logger.info(figures, `training: ${trainingWords(training)}`);
  };
}
