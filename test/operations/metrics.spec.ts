import { describe, expect, test } from '@jest/globals';
import { APPS, registries } from '../../deploy/dashboards/src/registries.js';

/** Every label that there may be. One that is not here would have to be a closed set too, and earn its place. */
const LABELS = new Set([
  ...['app', 'version', 'folder'],
  ...['topic', 'outcome', 'reason', 'stage', 'listings'],
  ...['kind', 'state', 'verdict', 'backend'],
  ...['method', 'code'],
]);
/** Words at the end of a name that are units, in the base form of each. */
const SCALED = /(milli|micro|nano|kilo|mega|kibi|mebi|minute|hour|day|percent|_ms|_kb|_mb)/;
const MOST_SERIES = 300;
const all = Object.entries(registries()).flatMap(([app, metrics]) =>
  metrics.descriptions.map((metric) => ({ app, metric, key: `${app} ${metric.name}` })),
);

const offenders = (isWrong: (metric: (typeof all)[number]['metric'], app: string) => boolean) =>
  all.filter(({ metric, app }) => isWrong(metric, app)).map(({ key }) => key);

describe('the metrics of every app', () => {
  test('have names of lower-case words that begin with thaw_ and the app, or are shared by all apps', () => {
    const shared = ['thaw_build_info', 'thaw_ready', 'thaw_disk_free_bytes', 'thaw_disk_size_bytes'];
    expect(
      offenders(({ name }, app) => !shared.includes(name) && !new RegExp(`^thaw_${app}(_[a-z0-9]+)+$`).test(name)),
    ).toEqual([]);
    for (const app of APPS) expect(all.filter((each) => each.app === app).length).toBeGreaterThan(10);
  });

  test('end with _total where they are counters, and nowhere else', () => {
    expect(offenders(({ name, type }) => name.endsWith('_total') !== (type === 'counter'))).toEqual([]);
  });

  test('are in seconds, bytes and shares of 1, and say so at the end of the name', () => {
    expect(offenders(({ name }) => SCALED.test(name))).toEqual([]);
    expect(
      offenders(({ name }) => /(seconds|bytes|ratio)/.test(name) && !/(seconds|bytes|ratio)(_total)?$/.test(name)),
    ).toEqual([]);
    expect(offenders(({ type, name }) => type === 'histogram' && !name.endsWith('_seconds'))).toEqual([]);
  });

  test('that are points in time are named _timestamp_seconds and say from when they count', () => {
    expect(offenders(({ name, help }) => name.endsWith('_timestamp_seconds') !== help.includes('Unix epoch'))).toEqual(
      [],
    );
  });

  test('say in a sentence what they are', () => {
    expect(offenders(({ help, name }) => !/^[A-Z].{9,}[.]$/.test(help) || help.includes(name))).toEqual([]);
  });

  test('have no names that Prometheus makes itself', () => {
    expect(offenders(({ name }) => /_(bucket|sum|count|created)$/.test(name))).toEqual([]);
    expect(offenders(({ labels }) => 'le' in labels || 'quantile' in labels || 'job' in labels)).toEqual([]);
  });

  test('have labels that are known, each a closed set, with few series', () => {
    expect(offenders(({ labels }) => Object.keys(labels).some((label) => !LABELS.has(label)))).toEqual([]);
    expect(offenders(({ labels }) => Object.values(labels).some((values) => values.length === 0))).toEqual([]);
    const seriesOf = ({ labels, buckets }: (typeof all)[number]['metric']): number =>
      Object.values(labels).reduce((product, values) => product * values.length, buckets ? buckets.length + 3 : 1);
    for (const app of APPS) {
      const own = all.filter((each) => each.app === app).map(({ metric }) => seriesOf(metric));
      expect(own.reduce((a, b) => a + b, 0)).toBeLessThan(MOST_SERIES);
    }
  });

  test('have histograms whose buckets rise, at most fivefold, from milliseconds to beyond what is alarming', () => {
    const histograms = all.filter(({ metric }) => metric.type === 'histogram');
    expect(histograms.length).toBeGreaterThanOrEqual(7);
    for (const { key, metric } of histograms) {
      const buckets = metric.buckets!;
      const steps = buckets.slice(1).map((bound, i) => bound / buckets[i]!);
      expect({ key, rises: steps.every((step) => step > 1 && step <= 5) }).toEqual({ key, rises: true });
      expect({ key, wide: buckets.at(-1)! / buckets[0]! >= 100 }).toEqual({ key, wide: true });
    }
  });

  test('are scraped with every series there, as Prometheus reads them', async () => {
    for (const [app, metrics] of Object.entries(registries())) {
      const text = await metrics.text();
      for (const { name, type, help } of metrics.descriptions) {
        expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}`);
      }
      expect(text).toContain(`thaw_build_info{app="${app}",version="`);
      expect(text).toContain('thaw_ready 1');
      expect(text).toMatch(/^thaw_disk_free_bytes\{folder="(data|bundles)"\} \d/m);
    }
  });
});
