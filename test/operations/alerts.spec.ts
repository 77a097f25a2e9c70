import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { alertCases, committedRules, DEPLOY, ruleTestFiles } from './committed.js';
import { isInstalled } from './prometheus.js';

const alerts = committedRules().filter(({ alert }) => alert !== undefined);
const names = alerts.map(({ alert }) => alert!);
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const withPromtool = isInstalled('promtool') ? test : test.skip;

/** The entries of the runbook: the text under each heading of the third level. */
const entries = new Map(
  runbook
    .split(/^### /m)
    .slice(1)
    .map((entry) => {
      const [head = '', ...lines] = entry.split('\n');
      return [head, lines.join('\n').split(/^## /m)[0]!] as const;
    }),
);

describe('every alert', () => {
  test('has a severity, and says in a summary and with its value what is the matter', () => {
    expect(names.length).toBeGreaterThan(25);
    expect(new Set(names).size).toBe(names.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(alert).toMatch(/^Thaw([A-Z][a-z]+)+$/);
      expect(['critical', 'warning', 'info']).toContain(labels?.severity);
      expect(Object.keys(annotations ?? {}).sort()).toEqual(['description', 'runbook_url', 'summary']);
      expect({ alert, description: annotations?.['description'] }).toEqual({
        alert,
        description: expect.stringMatching(/\{\{ \$(value|labels)/),
      });
    }
  });

  test('has an entry in the runbook, which has none besides', () => {
    expect([...entries.keys()].sort()).toEqual([...names].sort());
    for (const [name, entry] of entries) {
      const parts = [...entry.matchAll(/^- \*\*(\w+)\*\*: \S/gm)].map(([, part]) => part);
      expect({ name, parts }).toEqual({ name, parts: ['Means', 'Impact', 'Look', 'Do'] });
    }
    for (const { alert, annotations } of alerts) {
      const anchor = `docs/runbook.md#${alert!.toLowerCase()}`;
      expect(annotations?.['runbook_url']).toBe(`{{ $externalLabels.docs_url }}${anchor}`);
    }
  });

  test('has links in the runbook that lead somewhere', () => {
    const anchors = new Set(
      [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, head]) => head!.toLowerCase().replaceAll(' ', '-')),
    );
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([]);
  });

  test('has a case in which it fires and one in which it is quiet', () => {
    const tests = alertCases().flatMap(({ alert_rule_test }) => alert_rule_test);
    const named = (isWanted: (fires: boolean) => boolean): string[] => {
      const found = tests.filter(({ exp_alerts }) => isWanted(exp_alerts.length > 0));
      return [...new Set(found.map(({ alertname }) => alertname))].sort();
    };
    expect(named((fires) => fires)).toEqual([...names].sort());
    expect(named((fires) => !fires)).toEqual([...names].sort());
  });

  withPromtool('does so', () => {
    const said = execFileSync('promtool', ['test', 'rules', ...ruleTestFiles()], { encoding: 'utf8' });
    expect(said.match(/SUCCESS/g)).toHaveLength(ruleTestFiles().length);
  });
});

withPromtool('Prometheus reads both configurations, with all rules', () => {
  for (const file of ['prometheus.yml', 'local.yml']) {
    const said = execFileSync('promtool', ['check', 'config', `${DEPLOY}prometheus/${file}`], { encoding: 'utf8' });
    const found = [...said.matchAll(/(\d+) rules found/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect({ file, found }).toEqual({ file, found: committedRules().length });
  }
});
