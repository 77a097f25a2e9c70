import { useState } from 'preact/hooks';
import { PATHS, type Trouble, type VersionAnswer, type VersionFacts } from '../api.js';
import { post, troubleOf } from '../client.js';
import { duration, recall } from '../view/format.js';
import {
  activation,
  type Proposal,
  recallRange,
  recallSeries,
  release,
  rollback,
  rollbackTarget,
  servingOf,
} from '../view/versions.js';
import { Chart } from './chart.js';
import { Confirm } from './confirm.js';
import { Empty, Panel, Problem } from './panel.js';

export interface VersionsProps {
  readonly versions: readonly VersionFacts[];
  readonly nowMs: number;
  /** Told when what is served was changed. */
  readonly onChanged: () => void;
}

/** The versions, how good each is, and the buttons that choose among them. */
export function Versions({ versions, nowMs, onChanged }: VersionsProps) {
  const [proposal, setProposal] = useState<Proposal>();
  const [said, setSaid] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const back = rollbackTarget(versions);
  const isPinned = servingOf(versions)?.pinned === true;

  async function command(accepted: Proposal, promoteReason: string): Promise<void> {
    setProposal(undefined);
    setTrouble(undefined);
    try {
      const body = { commandId: crypto.randomUUID(), ...(promoteReason !== '' && { promoteReason }) };
      const { version } = await post<VersionAnswer>(pathOf(accepted), body);
      setSaid(`${version.version} is served now${version.pinned ? ', pinned' : ''}.`);
      onChanged();
    } catch (thrown) {
      setSaid('');
      setTrouble(troubleOf(thrown));
    }
  }

  return (
    <Panel
      id="versions"
      title="Versions"
      note="Each passed or failed the gate on listings that were held back."
      actions={
        <>
          {isPinned && (
            <button type="button" onClick={() => setProposal(release(versions))}>
              Release the pin
            </button>
          )}
          <button
            type="button"
            disabled={back === undefined}
            title={back === undefined ? 'There is no earlier version to go back to' : `To ${back.version}`}
            onClick={() => back !== undefined && setProposal(rollback(versions, back))}
          >
            Roll back
          </button>
        </>
      }
    >
      {trouble !== undefined && <Problem trouble={trouble} />}
      <p class="said" role="status">
        {said}
      </p>
      {versions.length === 0 ? (
        <Empty>
          No version yet: the trainer makes the first one by itself, once the graph has enough listings
          (THAW_TRAINER_MIN_LISTINGS). Until then sellers get the candidates in demand.
        </Empty>
      ) : (
        <div class="versions">
          <RecallChart versions={versions} />
          <div class="scroll" role="region" aria-label="Table of versions" tabIndex={0}>
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Version</th>
                  <th scope="col">State</th>
                  <th scope="col" class="number">
                    Recall@100
                  </th>
                  <th scope="col" class="number">
                    Index
                  </th>
                  <th scope="col">Parent</th>
                  <th scope="col">Published</th>
                  <th scope="col">
                    <span class="visually-hidden">Command</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {versions.map((version) => (
                  <Row
                    key={version.version}
                    version={version}
                    nowMs={nowMs}
                    onActivate={() => setProposal(activation(versions, version))}
                  />
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
      {proposal !== undefined && (
        <Confirm
          proposal={proposal}
          onCancel={() => setProposal(undefined)}
          onConfirm={(reason) => void command(proposal, reason)}
        />
      )}
    </Panel>
  );
}

function pathOf({ kind, after }: Proposal): string {
  if (kind === 'activate') return PATHS.activate(after?.version ?? '');
  return kind === 'rollback' ? PATHS.rollback : PATHS.release;
}

interface RowProps {
  readonly version: VersionFacts;
  readonly nowMs: number;
  readonly onActivate: () => void;
}

function Row({ version, nowMs, onActivate }: RowProps) {
  const { state, pinned, rejectedBecause } = version;
  return (
    <tr class={state === 'serving' ? 'is-serving' : undefined}>
      <th scope="row">{version.version}</th>
      <td>
        <span class={`state state-${state}`}>{state}</span>
        {pinned && <span class="state state-pinned">pinned</span>}
        {rejectedBecause !== '' && <span class="note because">{rejectedBecause}</span>}
      </td>
      <td class="number">{recall(version.recallAt100)}</td>
      <td class="number">{recall(version.indexRecall)}</td>
      <td>{version.parent === '' ? 'from scratch' : version.parent}</td>
      <td>{duration((nowMs - version.publishedAtMs) / 1000)} ago</td>
      <td class="row-command">
        {state !== 'serving' && (
          <button type="button" class="small" onClick={onActivate} aria-label={`Activate ${version.version}`}>
            Activate
          </button>
        )}
      </td>
    </tr>
  );
}

function RecallChart({ versions }: { readonly versions: readonly VersionFacts[] }) {
  const { names, passed, rejected } = recallSeries(versions);
  const newest = versions[0];
  return (
    <Chart
      label={
        `Recall@100 of ${names.length} versions, ${names[0] ?? ''} to ${names.at(-1) ?? ''}; ` +
        `the newest has ${recall(newest?.recallAt100 ?? 0)}. The table below holds every figure.`
      }
      isRank
      height={200}
      x={names.map((_, i) => i)}
      xText={(place) => names[place] ?? ''}
      yRange={recallRange(versions)}
      series={[
        { name: 'Recall@100', values: passed, colour: '--accent', look: 'line', format: recallTick },
        { name: 'rejected by the gate', values: rejected, colour: '--danger', look: 'points', format: recall },
      ]}
    />
  );
}

/** The scale goes a little beyond 1, so that a point there is whole; no recall does. */
const recallTick = (value: number): string => (value > 1 ? '' : recall(value));
