import { graphMetrics } from '@thaw/app-graph';
import { recommenderMetrics } from '@thaw/app-recommender';
import { trainerMetrics } from '@thaw/app-trainer';
import { appMetrics, type MetricDescription, Metrics } from '@thaw/platform';

export const APPS = ['graph', 'trainer', 'recommender'] as const;
export type App = (typeof APPS)[number];

const FOLDERS: Readonly<Record<App, Readonly<Record<string, string>>>> = {
  graph: { data: '.' },
  trainer: { data: '.', bundles: '.' },
  recommender: { bundles: '.' },
};
const REGISTER: Readonly<Record<App, (metrics: Metrics) => unknown>> = {
  graph: graphMetrics,
  trainer: trainerMetrics,
  recommender: recommenderMetrics,
};

/** The metrics that each app registers when it starts, registered here with nothing behind them. */
export function registries(): Readonly<Record<App, Metrics>> {
  const readiness = { report: () => Promise.resolve({ status: 'ready' as const, checks: [] }) };
  const make = (app: App): Metrics => {
    const metrics = new Metrics({ processMetrics: false });
    appMetrics(metrics, { app, readiness, folders: FOLDERS[app] });
    REGISTER[app](metrics);
    return metrics;
  };
  return { graph: make('graph'), trainer: make('trainer'), recommender: make('recommender') };
}

/** Names that can be asked for in PromQL: a histogram's are those of its series. */
export function seriesNames({ name, type }: MetricDescription): readonly string[] {
  return type === 'histogram' ? ['bucket', 'sum', 'count'].map((end) => `${name}_${end}`) : [name];
}
