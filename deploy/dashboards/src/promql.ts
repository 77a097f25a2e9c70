/** PromQL for dashboards: the selector of the variables is put into every metric. */

/** What the variables of a dashboard choose. */
export const CHOSEN = 'job=~"$job",instance=~"$instance"';

/** The chosen series of a metric, `labels` as in PromQL: `topic="products"`. */
export const metric = (name: string, labels = ''): string => `${name}{${[CHOSEN, labels].filter(Boolean).join(',')}}`;

const by = (labels: readonly string[]): string => (labels.length === 0 ? '' : ` by (${labels.join(', ')})`);

/** Per second, of a counter. Grafana sets the window so that it holds four scrapes at least. */
export const perSecond = (name: string, labels: readonly string[] = [], where = ''): string =>
  `sum${by(labels)} (rate(${metric(name, where)}[$__rate_interval]))`;

/** How often in each step of a graph; the panel sees that steps hold several scrapes. */
export const times = (name: string, labels: readonly string[] = [], where = ''): string =>
  `sum${by(labels)} (increase(${metric(name, where)}[$__interval]))`;

/** How often in the range that is looked at. */
export const timesInRange = (name: string, labels: readonly string[] = [], where = ''): string =>
  `sum${by(labels)} (increase(${metric(name, where)}[$__range]))`;

export const sum = (name: string, labels: readonly string[] = [], where = ''): string =>
  `sum${by(labels)} (${metric(name, where)})`;

/** The worst where it should be small. */
export const highest = (name: string, labels: readonly string[] = [], where = ''): string =>
  `max${by(labels)} (${metric(name, where)})`;

/** The worst where it should be large. */
export const lowest = (name: string, labels: readonly string[] = [], where = ''): string =>
  `min${by(labels)} (${metric(name, where)})`;

/** A quantile of a histogram, for each combination of labels. */
export function quantile(q: number, name: string, labels: readonly string[] = [], where = ''): string {
  const buckets = `rate(${metric(`${name}_bucket`, where)}[$__rate_interval])`;
  return `histogram_quantile(${q}, sum by (${['le', ...labels].join(', ')}) (${buckets}))`;
}

/** A share of 1; 0 where there is nothing to have a share of. */
export const share = (part: string, whole: string): string => `(${part}) / (${whole} > 0) or vector(0)`;
