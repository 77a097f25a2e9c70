export { type CounterSeries, type GaugeSeries, type HistogramSeries, type LabelSets, Metrics } from './metrics.js';
