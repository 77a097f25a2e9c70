import { operator } from '@thaw/contracts';
import type { Run } from '../run/run.js';

const KINDS = { full: operator.RunKind.FULL, 'fine-tune': operator.RunKind.FINE_TUNE } as const;

/** A run as the service tells of it. */
export const runMessage = (run: Run, nowMs: number): operator.Run => ({
  runId: run.runId,
  kind: KINDS[run.kind],
  state: run.state,
  stage: stageOf(run),
  progress: run.progress,
  etaSeconds: run.etaSeconds(nowMs),
  message: run.message,
  reason: run.reason,
  requestedBy: run.requestedBy,
  requestedAtMs: run.requestedAtMs,
  startedAtMs: run.startedAtMs ?? 0,
  endedAtMs: run.endedAtMs ?? 0,
  version: run.version ?? '',
  failedAttempts: run.attempt,
});

/** The same to those who watch it. */
export const watchMessage = (run: Run, nowMs: number): operator.WatchRunResponse => ({
  runId: run.runId,
  state: run.state,
  stage: run.stage,
  progress: run.progress,
  etaSeconds: run.etaSeconds(nowMs),
  message: run.message,
  version: run.version ?? '',
});

/** A run that is over is in no stage. */
const stageOf = (run: Run): string => (run.state === operator.RunState.RUNNING ? run.stage : '');
