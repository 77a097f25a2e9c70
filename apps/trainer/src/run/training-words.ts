import type { Logger } from '@thaw/platform';
import type { TrainingReport } from './job.js';

/** How much of its time the training has taken: an early end is a leap. */
export const trainedShare = ({ spentMs, maxMs }: TrainingReport): number => Math.min(1, spentMs / maxMs);

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
