import { describe, expect, test } from '@jest/globals';
import type { MetricDescription } from '@thaw/platform';
import { readFileSync } from 'node:fs';
import { outputs } from '../../deploy/dashboards/src/outputs.js';
import { registries, seriesNames } from '../../deploy/dashboards/src/registries.js';
import { committedDashboards, committedRules, dashboardQueries, type PlacedPanel } from './committed.js';
import { selectorsOf } from './selectors.js';

const COLUMNS = 24;
/** Labels that Prometheus puts there. */
const TARGET = new Set(['job', 'instance', 'alertname', 'alertstate', 'le']);
const boards = committedDashboards();

/** By the names of their series; those that every app has, with the labels of all. */
const metrics = new Map<string, MetricDescription>();
for (const metric of Object.values(registries()).flatMap(({ descriptions }) => descriptions)) {
  for (const name of seriesNames(metric)) {
    const known = metrics.get(name)?.labels ?? {};
    const labels = Object.entries(metric.labels).map(
      ([label, own]) => [label, [...own, ...(known[label] ?? [])]] as const,
    );
    metrics.set(name, { ...metric, labels: Object.fromEntries(labels) });
  }
}
const rules = committedRules();
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
const queries = [
  ...dashboardQueries(),
  ...rules.map(({ alert, record, expr }) => ({ where: alert ?? record!, expr })),
  ...boards.flatMap(({ title, templating }) =>
    templating.list.map(({ name, query }) => ({
      where: `${title}, variable ${name}`,
      expr: typeof query === 'string' ? query : query.query,
    })),
  ),
];

/** Whether a condition on a label lets through any value that the metric can have. */
function isPossible(
  { labels }: MetricDescription,
  { label, operator, value }: ReturnType<typeof selectorsOf>[number]['matchers'][number],
): boolean {
  if (TARGET.has(label)) return true;
  const values = labels[label];
  if (values === undefined) return false;
  const named = operator.endsWith('~') ? value.split('|') : [value];
  return named.every((each) => values.includes(each));
}

test('dashboards and docs/metrics.md are what the code makes: npm run dashboards', () => {
  const root = new URL('../../', import.meta.url);
  for (const [path, text] of outputs()) {
    expect({ path, isUpToDate: readFileSync(new URL(path, root), 'utf8') === text }).toEqual({
      path,
      isUpToDate: true,
    });
  }
  expect(boards.length).toBe(4);
});

describe('queries of dashboards and rules', () => {
  test('ask only for metrics, labels and values that there are', () => {
    expect(queries.length).toBeGreaterThan(120);
    const wrong = queries.flatMap(({ where, expr }) => {
      const selectors = selectorsOf(expr);
      if (selectors.length === 0 && !where.includes('variable datasource')) return [`${where}: asks for nothing`];
      return selectors.flatMap(({ name, matchers, text }) => {
        if (recorded.has(name) || /^(up|ALERTS|process_|nodejs_)/.test(name)) return [];
        const metric = metrics.get(name);
        if (metric === undefined) return [`${where}: there is no ${name}`];
        return matchers.every((matcher) => isPossible(metric, matcher)) ? [] : [`${where}: ${text} can match nothing`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('take rates of counters and histograms, and of nothing else', () => {
    const wrong = queries.flatMap(({ where, expr }) =>
      [...expr.matchAll(/\b(?:rate|increase)\((\w+)/g)]
        .map(([, name]) => name!)
        .filter((name) => !/_total$|_bucket$|_sum$|_count$/.test(name))
        .map((name) => `${where}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('show or alert on all that the apps tell, but for what is left out on purpose', () => {
    const asked = new Set(queries.flatMap(({ expr }) => selectorsOf(expr).map(({ name }) => name)));
    const left = [...new Set(metrics.values())].filter(
      (metric) => !seriesNames(metric).some((name) => asked.has(name)),
    );
    expect(left.map(({ name }) => name).sort()).toEqual([]);
  });
});

describe.each(boards.map((board) => [board.title, board] as const))('%s', (_, { uid, tags, panels, templating }) => {
  const shown = panels.filter(({ type }) => type !== 'row');

  test('is found by its tag, and asks the chosen Prometheus for the chosen jobs and instances', () => {
    expect(tags).toContain('thaw');
    expect(uid).toMatch(/^thaw-[a-z]+$/);
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
    for (const { title, targets = [], datasource } of shown) {
      expect({ title, uid: datasource?.uid }).toEqual({ title, uid: '${datasource}' });
      for (const { expr } of targets) {
        const all = selectorsOf(expr).filter(({ name }) => name !== 'ALERTS');
        expect(all.filter(({ text }) => !text.includes('job=~"$job",instance=~"$instance"'))).toEqual([]);
      }
    }
  });

  test('has panels that say what they show, in which unit', () => {
    for (const { title, description, fieldConfig, targets, type } of shown) {
      expect({ title, description }).toEqual({ title, description: expect.stringMatching(/^.{15,}[.]$/) });
      expect({ title, unit: fieldConfig?.defaults.unit }).toEqual({ title, unit: expect.stringMatching(/./) });
      expect({ title, targets: targets?.length }).not.toEqual({ title, targets: 0 });
      expect({ title, legends: targets?.every(({ legendFormat }) => legendFormat !== '') }).toEqual({
        title,
        legends: true,
      });
      expect(['stat', 'timeseries', 'bargauge', 'state-timeline', 'heatmap']).toContain(type);
    }
    expect(new Set(shown.map(({ title }) => title)).size).toBe(shown.length);
    expect(panels.map(({ id }) => id)).toEqual(panels.map((__, i) => i + 1));
  });

  test('fills its rows, with no panel over another', () => {
    const cells = new Map<string, number>();
    const cover = ({ id, gridPos: { x, y, w, h } }: PlacedPanel): void => {
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          const cell = `${column},${line}`;
          expect({ cell, first: cells.get(cell), second: id }).toEqual({ cell, first: undefined, second: id });
          cells.set(cell, id);
        }
      }
    };
    panels.forEach(cover);
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(panels.every(({ gridPos }) => gridPos.x + gridPos.w <= COLUMNS)).toBe(true);
    expect(cells.size).toBe(COLUMNS * height);
  });

  test('links to dashboards that there are', () => {
    const linked = shown.flatMap(({ links = [] }) => links.map(({ url }) => /^\/d\/([a-z-]+)\?/.exec(url)?.[1]));
    expect(linked.filter((target) => !boards.some((board) => board.uid === target))).toEqual([]);
  });
});
