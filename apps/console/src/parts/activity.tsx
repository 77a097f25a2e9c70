import type { Activity as ActivityFacts } from '../api.js';
import { agoText, minutesText, rate } from '../view/format.js';
import { Chart } from './chart.js';
import { Empty } from './panel.js';

/** Events, and the changes of the graph that come of them, per second over the last minutes. */
export function Activity({ activity, nowMs }: { readonly activity: ActivityFacts; readonly nowMs: number }) {
  const { atMs, changes, events } = activity;
  if (atMs.length < 2) return <Empty>Measured every five seconds: the first line is about to be drawn.</Empty>;
  const x = atMs.map((at) => (at - nowMs) / 1000);
  const over = minutesText((nowMs - atMs[0]!) / 1000);
  const common = { x, xText: agoText, yRange: [0, undefined] as const, height: 112 };
  const chart = (name: string, values: ActivityFacts['events']) => (
    <Chart
      {...common}
      label={`${name} over the last ${over}: now ${rate(values.at(-1) ?? 0)}`}
      series={[{ name, values, colour: '--accent', look: 'area', format: rate }]}
    />
  );
  return (
    <>
      {chart('Events per second', events)}
      {chart('Graph changes per second', changes)}
    </>
  );
}
