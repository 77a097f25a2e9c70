import { describe, expect, test } from '@jest/globals';
import { Metrics } from './metrics.js';

const fresh = () => new Metrics({ processMetrics: false });

describe('metrics', () => {
  test('show every declared series from the start, at zero', async () => {
    const metrics = fresh();
    const events = metrics.counter('thaw_events_total', 'Events.', { topic: ['interactions', 'listings'] });
    events({ topic: 'listings' }).inc(3);
    const text = await metrics.text();
    expect(text).toContain('thaw_events_total{topic="interactions"} 0');
    expect(text).toContain('thaw_events_total{topic="listings"} 3');
  });

  test('refuse a label value that was not declared', () => {
    const events = fresh().counter('thaw_events_total', 'Events.', { topic: ['listings'] as string[] });
    expect(() => events({ topic: 'customer-4711' })).toThrow(/declare every label value/);
  });

  test('refuse labels that make too many series', () => {
    const ids = Array.from({ length: 600 }, (_, i) => `c${i}`);
    expect(() => fresh().gauge('thaw_lag', 'Lag.', { customer: ids })).toThrow(/600 series/);
  });

  test.each(['events_total', 'thaw_Events_total', 'thaw_events', 'thaw_wait_ms_total'])('refuse %s', (name) => {
    expect(() => fresh().counter(name, 'help', {})).toThrow(/metric/);
  });

  test('ask an observed gauge at each scrape', async () => {
    const metrics = fresh();
    let value = 1;
    metrics.observedGauge('thaw_queue_events', 'Queue.', () => value);
    expect(await metrics.text()).toContain('thaw_queue_events 1');
    value = 2;
    expect(await metrics.text()).toContain('thaw_queue_events 2');
  });

  test('that are not known are NaN, and those that something else counts are asked for', async () => {
    const metrics = fresh();
    let [known, counted]: [number | undefined, number] = [undefined, 3];
    metrics.observedGauges('thaw_free_bytes', 'Free.', { folder: ['data'] }, () => Promise.resolve(known));
    metrics.observedCounter('thaw_restarts_total', 'Restarts.', () => counted);
    expect(await metrics.text()).toMatch(/thaw_free_bytes{folder="data"} Nan$[^]*thaw_restarts_total 3$/im);
    [known, counted] = [7, 5];
    expect(await metrics.text()).toMatch(/thaw_free_bytes{folder="data"} 7$[^]*thaw_restarts_total 5$/m);
  });

  test('are described as they were registered', () => {
    const metrics = fresh();
    metrics.histogram('thaw_apply_seconds', 'Apply.', [0.1, 1], { kind: ['a'] });
    expect(metrics.descriptions).toEqual([
      { name: 'thaw_apply_seconds', type: 'histogram', help: 'Apply.', labels: { kind: ['a'] }, buckets: [0.1, 1] },
    ]);
  });

  test('put observations into buckets', async () => {
    const metrics = fresh();
    metrics.histogram('thaw_apply_seconds', 'Apply.', [0.1, 1], {})({}).observe(0.5);
    expect(await metrics.text()).toContain('thaw_apply_seconds_bucket{le="1"} 1');
  });

  test('of the process are there by default', async () => {
    expect(await new Metrics().text()).toContain('process_cpu_seconds_total');
  });
});
