import type { RunFacts } from '../api.js';
import { duration, percent } from '../view/format.js';
import { Empty } from './panel.js';

const STATES: Readonly<Record<RunFacts['state'], string>> = {
  queued: 'waits for its turn',
  running: 'under way',
  published: 'published a version',
  rejected: 'was rejected by the gate',
  failed: 'failed',
  cancelled: 'was cancelled',
  unknown: 'is in a state that this console does not know',
};

/** The run that is under way, or how the newest ended. */
export function Run({ run }: { readonly run: RunFacts | null }) {
  if (run === null) {
    return (
      <div class="run">
        <h3>Run</h3>
        <Empty>No run since the trainer started. Runs begin by themselves when enough has changed.</Empty>
      </div>
    );
  }
  const { state, stage, progress, etaSeconds, message } = run;
  const isActive = state === 'running' || state === 'queued';
  const of = `Run ${run.runId} ${STATES[state]}`;
  return (
    <div class="run">
      <h3>Run</h3>
      <div class="run-head">
        <span>
          <span class={`state state-${isActive ? 'serving' : state === 'published' ? 'standby' : 'rejected'}`}>
            {state}
          </span>{' '}
          {isActive && stage !== '' ? <strong>{stage}</strong> : null}
        </span>
        <span class="figure">
          {isActive ? percent(progress) : ''}
          {isActive && etaSeconds !== null && <span class="note"> about {duration(etaSeconds)} to go</span>}
        </span>
      </div>
      {isActive && <progress value={progress} max={1} aria-label={of} />}
      <p class="note">{message === '' ? `${of}.` : message}</p>
    </div>
  );
}
