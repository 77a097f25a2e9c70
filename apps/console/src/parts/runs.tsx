import type { RunFacts } from '../api.js';
import { duration, percent } from '../view/format.js';
import { isActive, runInWords } from '../view/runs.js';
import { Empty } from './panel.js';

/** The run that is under way, or the newest, and how those before it ended. */
export function Runs({ runs, nowMs }: { readonly runs: readonly RunFacts[]; readonly nowMs: number }) {
  const [newest, ...earlier] = runs;
  return (
    <div class="runs">
      <h3>Runs</h3>
      {newest === undefined ? (
        <Empty>No run yet. Runs begin by themselves when enough has changed, or by “thaw retrain”.</Empty>
      ) : (
        <Newest run={newest} nowMs={nowMs} />
      )}
      {earlier.length > 0 && (
        <ul class="earlier" aria-label="Earlier runs">
          {earlier.map((run) => (
            <li key={run.runId} title={run.message}>
              <State run={run} /> <span class="note">{runInWords(run, nowMs)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Newest({ run, nowMs }: { readonly run: RunFacts; readonly nowMs: number }) {
  const { stage, progress, etaSeconds, message } = run;
  return (
    <div class="run">
      <div class="run-head">
        <span>
          <State run={run} /> <strong>{isActive(run) ? stage : run.version}</strong>
        </span>
        {isActive(run) && (
          <span>
            <span class="figure">{percent(progress)}</span>
            {etaSeconds !== null && <span class="note"> about {duration(etaSeconds)} to go</span>}
          </span>
        )}
      </div>
      {isActive(run) && <progress value={progress} max={1} aria-label={`Progress of the run ${run.runId}`} />}
      <p class="note">{runInWords(run, nowMs)}</p>
      {message !== '' && <p class="note">{message}</p>}
    </div>
  );
}

function State({ run }: { readonly run: RunFacts }) {
  const look = isActive(run) ? 'serving' : run.state === 'rejected' || run.state === 'failed' ? 'rejected' : 'standby';
  return <span class={`state state-${look}`}>{run.state}</span>;
}
