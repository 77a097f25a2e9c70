import { useEffect, useState } from 'preact/hooks';
import { type Curve, PATHS, type Trouble, type VersionDetail, type VersionFacts } from '../api.js';
import { get, troubleOf } from '../client.js';
import { count, recall } from '../view/format.js';
import { servingOf } from '../view/versions.js';
import { Chart } from './chart.js';
import { Empty, Problem } from './panel.js';

/** How one version was made: its channels, and the curves of its trained network if it has one. */
export function Training({ versions }: { readonly versions: readonly VersionFacts[] }) {
  const [chosen, setChosen] = useState('');
  const name = versions.some(({ version }) => version === chosen)
    ? chosen
    : (servingOf(versions) ?? versions[0])?.version;
  const loaded = useDetail(name);
  if (name === undefined) return <Empty>No version yet: how it was made is shown once there is one.</Empty>;
  return (
    <>
      <div>
        <label class="field field-inline">
          <h3>Version</h3>
          <select value={name} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            {versions.map(({ version, state }) => (
              <option key={version} value={version}>
                {version} ({state})
              </option>
            ))}
          </select>
        </label>
        {loaded?.trouble !== undefined && <Problem trouble={loaded.trouble} />}
        {loaded?.detail !== undefined && <Making detail={loaded.detail} />}
      </div>
      <div>
        <h3>Trained network</h3>
        {loaded?.detail !== undefined && <Network detail={loaded.detail} />}
      </div>
    </>
  );
}

interface Loaded {
  readonly detail?: VersionDetail;
  readonly trouble?: Trouble;
}

/** What is shown stays until the next is there. */
function useDetail(name: string | undefined): Loaded | undefined {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    if (name === undefined) return undefined;
    let isWanted = true;
    const show = (next: Loaded): void => {
      if (isWanted) setLoaded(next);
    };
    get<VersionDetail>(PATHS.version(name)).then(
      (detail) => show({ detail }),
      (thrown: unknown) => show({ trouble: troubleOf(thrown) }),
    );
    return () => {
      isWanted = false;
    };
  }, [name]);
  return loaded;
}

function Making({ detail: { kind, counts, channels } }: { readonly detail: VersionDetail }) {
  const most = Math.max(...channels.map(({ weight }) => Math.abs(weight)), Number.EPSILON);
  const isMixed = channels.some(({ weight }) => weight < 0);
  return (
    <>
      <p class="note">
        {kind === 'full' ? 'A full retrain' : 'A fine-tune'} on {count(counts.products)} products,{' '}
        {count(counts.candidates)} of them candidates, and {count(counts.sellers)} sellers. What its channels weigh
        {isMixed ? '; outlined: against' : ''}:
      </p>
      <ul class="channels" aria-label="Weights of the channels">
        {channels.map(({ name, dimensions, weight }) => (
          <li key={name} title={`${dimensions} dimensions`}>
            <span>{name}</span>
            <span class="channel-bar" aria-hidden="true">
              <span class={weight < 0 ? 'is-against' : ''} style={{ width: `${(Math.abs(weight) / most) * 100}%` }} />
            </span>
            <span class="number">{weight.toFixed(2).replace('-', '−')}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Network({ detail: { curves } }: { readonly detail: VersionDetail }) {
  if (curves === null) return <Empty>This version has no trained network: propagation and channels alone rank.</Empty>;
  return <Curves curves={curves} />;
}

function Curves({ curves: { loss, recall: recalls } }: { readonly curves: NonNullable<VersionDetail['curves']> }) {
  return (
    <>
      <CurveChart name="Loss" curve={loss} format={(value) => value.toPrecision(3)} />
      <CurveChart name="Recall on validation" curve={recalls} format={recall} />
    </>
  );
}

interface CurveChartProps {
  readonly name: string;
  readonly curve: Curve;
  readonly format: (value: number) => string;
}

function CurveChart({ name, curve, format }: CurveChartProps) {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return <Empty>{name} was not recorded.</Empty>;
  return (
    <Chart
      label={`${name} from ${format(first[1])} at step ${count(first[0])} to ${format(last[1])} at step ${count(last[0])}`}
      x={curve.map(([step]) => step)}
      xText={(step) => count(step)}
      height={130}
      series={[{ name, values: curve.map(([, value]) => value), colour: '--accent', look: 'area', format }]}
    />
  );
}
