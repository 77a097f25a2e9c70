import type { RunFacts } from '../api.js';
import { duration } from './format.js';

export const isActive = ({ state }: RunFacts): boolean => state === 'running' || state === 'queued';

const KINDS = { full: 'full retrain', 'fine-tune': 'fine-tune', unknown: 'run' } as const;

/** "fine-tune by ann: a holiday · v000003, 2 min 5 s ago". */
export function runInWords(run: RunFacts, nowMs: number): string {
  const { kind, requestedBy, reason, endedAtMs, version } = run;
  const by = requestedBy === '' ? 'by itself' : `by ${requestedBy}`;
  const end = [version, endedAtMs === null ? '' : `${duration((nowMs - endedAtMs) / 1000)} ago`];
  const ended = end.filter((each) => each !== '').join(', ');
  return `${KINDS[kind]} ${by}${reason === '' ? '' : `: ${reason}`}${ended === '' ? '' : ` · ${ended}`}`;
}
