export { type AppMetricsOptions, appMetrics } from './app-metrics.js';
export {
  type CounterSeries,
  type GaugeSeries,
  type HistogramSeries,
  type LabelSets,
  type MetricDescription,
  Metrics,
  type Reading,
} from './metrics.js';
