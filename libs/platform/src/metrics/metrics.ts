import { ThawError } from '@thaw/contracts';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The values that each label may take: all of them known when the metric is made. */
export type LabelSets = Readonly<Record<string, readonly string[]>>;
type LabelsOf<Sets extends LabelSets> = { readonly [Name in keyof Sets]: Sets[Name][number] };

/** One series of a metric, taken out once and kept: no lookup of labels in a hot loop. */
export interface CounterSeries {
  inc(by?: number): void;
}
export interface GaugeSeries {
  set(value: number): void;
}
export interface HistogramSeries {
  observe(value: number): void;
}

/** What is found at a scrape; undefined: not known. */
export type Reading = number | undefined | Promise<number | undefined>;

/** What a metric is, for documents and for those who check that names keep to the conventions. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: LabelSets;
  /** Upper bounds of a histogram's buckets, rising. */
  readonly buckets?: readonly number[];
}

/** Prometheus slows down by series, not by metrics; more than this is a label that should not be one. */
const MAX_SERIES = 500;
const NAME = /^thaw_[a-z0-9]+(_[a-z0-9]+)*$/;

function defect(message: string): ThawError {
  return new ThawError('INTERNAL', message);
}

function checkName(name: string, isCounter: boolean): void {
  if (!NAME.test(name)) throw defect(`metric ${name}: names are thaw_ and lower-case words with underscores between`);
  if (name.endsWith('_total') !== isCounter) throw defect(`metric ${name}: counters, and only they, end with _total`);
  if (/_(ms|millis|milliseconds|kb|mb)(_|$)/.test(name)) throw defect(`metric ${name}: units are seconds and bytes`);
}

function combinations(name: string, sets: LabelSets): readonly Record<string, string>[] {
  const count = Object.values(sets).reduce((product, values) => product * values.length, 1);
  if (count > MAX_SERIES)
    throw defect(`metric ${name} would have ${count} series; ${MAX_SERIES} are allowed: drop a label`);
  return Object.entries(sets).reduce<readonly Record<string, string>[]>(
    (rows, [label, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [label]: value }))),
    [{}],
  );
}

/** Gives out series by their labels, and refuses values that were not declared. */
function seriesBy<Sets extends LabelSets, Series>(name: string, sets: Sets, make: (labels: LabelsOf<Sets>) => Series) {
  const key = (labels: Record<string, string>) =>
    Object.keys(sets)
      .map((label) => labels[label])
      .join('\n');
  const series = new Map(
    combinations(name, sets).map((labels) => [key(labels), make(labels as LabelsOf<Sets>)] as const),
  );
  return (labels: LabelsOf<Sets>): Series => {
    const found = series.get(key(labels));
    if (found !== undefined) return found;
    throw defect(`metric ${name} has no series ${JSON.stringify(labels)}: declare every label value when it is made`);
  };
}

const metricOptions = (registry: Registry, name: string, help: string, sets: LabelSets) => ({
  name,
  help,
  labelNames: Object.keys(sets),
  registers: [registry],
});

/**
 * The metrics of one process, in a registry of their own. Labels are closed sets, so no id and no error message can
 * ever become one, and every series is there from the start, at 0.
 */
export class Metrics {
  static readonly CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

  private readonly registry = new Registry();
  private readonly described: MetricDescription[] = [];

  constructor(options: { readonly processMetrics: boolean } = { processMetrics: true }) {
    if (options.processMetrics) collectDefaultMetrics({ register: this.registry });
  }

  /** What was registered here, in its order; without the metrics of the process. */
  get descriptions(): readonly MetricDescription[] {
    return this.described;
  }

  /** @param name ends with `_total`. @throws ThawError INTERNAL on a bad name or more than 500 series. */
  counter<const Sets extends LabelSets>(name: string, help: string, labels: Sets) {
    this.describe({ name, type: 'counter', help, labels });
    const metric = new Counter(metricOptions(this.registry, name, help, labels));
    return seriesBy<Sets, CounterSeries>(name, labels, (values) => {
      metric.inc(values, 0);
      return metric.labels(values);
    });
  }

  gauge<const Sets extends LabelSets>(name: string, help: string, labels: Sets) {
    this.describe({ name, type: 'gauge', help, labels });
    const metric = new Gauge(metricOptions(this.registry, name, help, labels));
    return seriesBy<Sets, GaugeSeries>(name, labels, (values) => {
      metric.set(values, 0);
      return metric.labels(values);
    });
  }

  /** A gauge whose value is asked for at each scrape; undefined: not known, NaN for Prometheus. */
  observedGauge(name: string, help: string, read: () => Reading): void {
    this.observedGauges(name, help, {}, read);
  }

  /** The same with a series for each combination of labels. */
  observedGauges<const Sets extends LabelSets>(
    name: string,
    help: string,
    labels: Sets,
    read: (labels: LabelsOf<Sets>) => Reading,
  ): void {
    this.describe({ name, type: 'gauge', help, labels });
    const rows = combinations(name, labels);
    new Gauge({
      ...metricOptions(this.registry, name, help, labels),
      async collect() {
        for (const row of rows) this.set(row, (await read(row as LabelsOf<Sets>)) ?? NaN);
      },
    });
  }

  /** A counter that something else counts: its value is asked for at each scrape. @param name ends with `_total`. */
  observedCounter(name: string, help: string, read: () => number): void {
    this.describe({ name, type: 'counter', help, labels: {} });
    new Counter({
      ...metricOptions(this.registry, name, help, {}),
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** @param buckets upper bounds, in the unit that the name ends with. */
  histogram<const Sets extends LabelSets>(name: string, help: string, buckets: readonly number[], labels: Sets) {
    this.describe({ name, type: 'histogram', help, labels, buckets });
    const metric = new Histogram({ ...metricOptions(this.registry, name, help, labels), buckets: [...buckets] });
    return seriesBy<Sets, HistogramSeries>(name, labels, (values) => {
      metric.zero(values);
      return metric.labels(values);
    });
  }

  /** Everything in the Prometheus text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private describe(description: MetricDescription): void {
    checkName(description.name, description.type === 'counter');
    this.described.push(description);
  }
}
