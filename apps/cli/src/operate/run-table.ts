import { operator } from '@thaw/contracts';
import { duration, table } from '../terminal/format.js';

const { RunKind, RunState } = operator;

/** The first characters of a run's id: enough for people, and `thaw cancel` takes them. */
export const shortId = (runId: string): string => runId.slice(0, 8);

export const kindName = (kind: operator.RunKind): string =>
  kind === RunKind.FULL ? 'full' : kind === RunKind.FINE_TUNE ? 'fine-tune' : '-';

export const stateName = (state: operator.RunState): string => RunState[state].toLowerCase();

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** `fit 43 %, 12.0 s left`. */
export function progressWords({
  stage,
  progress,
  etaSeconds,
}: Pick<operator.Run, 'stage' | 'progress' | 'etaSeconds'>): string {
  return `${stage} ${percent(progress)}${etaSeconds < 0 ? '' : `, ${duration(etaSeconds * 1000)} left`}`;
}

/** Runs as a table. */
export function runTable(runs: readonly operator.Run[], nowMs: number): string {
  const rows = runs.map((run) => [
    shortId(run.runId),
    kindName(run.kind),
    run.state === RunState.RUNNING ? progressWords(run) : stateName(run.state),
    `${duration(nowMs - run.requestedAtMs)} ago`,
    run.startedAtMs === 0 ? '-' : duration((run.endedAtMs || nowMs) - run.startedAtMs),
    run.version === '' ? '-' : run.version,
    run.requestedBy === '' ? 'itself' : run.requestedBy,
    run.reason,
    isNews(run) ? run.message : '',
  ]);
  const head = ['RUN', 'KIND', 'STATE', 'ASKED FOR', 'TOOK', 'VERSION', 'BY', 'REASON', 'WHAT CAME OF IT'];
  return table([head, ...rows]);
}

/** What a published run says is that it is good. */
const isNews = ({ state }: operator.Run): boolean => state === RunState.FAILED || state === RunState.REJECTED;

/** That runs by themselves are paused; nothing while they are not. */
export function pauseLine(
  { paused, pausedBy, pausedBecause, pausedAtMs }: operator.GetTrainingStatusResponse,
  nowMs: number,
): readonly string[] {
  if (!paused) return [];
  const because = pausedBecause === '' ? '' : `: ${pausedBecause}`;
  return [`Runs by themselves are paused by ${pausedBy}, since ${duration(nowMs - pausedAtMs)}${because}`];
}
