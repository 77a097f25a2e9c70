import { expect, test } from '@jest/globals';
import { ActivityLog } from './activity-log.js';

test('rates are growth per second between samples, and null where that is not known', () => {
  const log = new ActivityLog(3);
  expect(log.rates).toEqual({ atMs: [], changes: [], events: [] });
  log.add({ atMs: 1000, changes: 10, events: undefined });
  log.add({ atMs: 3000, changes: 30, events: 100 });
  log.add({ atMs: 4000, changes: 25, events: 150 }); // another graph
  expect(log.rates).toEqual({ atMs: [3000, 4000], changes: [10, null], events: [null, 50] });
});

test('only the last are kept, and a clock that was set back begins anew', () => {
  const log = new ActivityLog(2);
  for (const atMs of [1000, 2000, 3000, 4000]) log.add({ atMs, changes: atMs, events: 0 });
  expect(log.rates).toEqual({ atMs: [3000, 4000], changes: [1000, 1000], events: [0, 0] });
  log.add({ atMs: 500, changes: 5000, events: 0 });
  expect(log.rates.atMs).toEqual([]);
});
