import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** What is committed in deploy/, read as Grafana and Prometheus read it. */
export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

export interface PlacedPanel {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly datasource?: { readonly uid: string };
  readonly links?: readonly { readonly url: string }[];
}

export interface CommittedDashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly panels: readonly PlacedPanel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { readonly query: string } }[];
  };
}

const yamlFiles = (folder: string): string[] =>
  readdirSync(`${DEPLOY}${folder}`)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${DEPLOY}${folder}/${name}`);
const readYaml = (path: string): unknown => parse(readFileSync(path, 'utf8'));

export function committedDashboards(): CommittedDashboard[] {
  const folder = `${DEPLOY}grafana/dashboards/`;
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(folder + name, 'utf8')) as CommittedDashboard);
}

/** A query of a dashboard, with the variables still in it. */
export interface DashboardQuery {
  readonly where: string;
  readonly uid: string;
  readonly expr: string;
}

export function dashboardQueries(): DashboardQuery[] {
  return committedDashboards().flatMap(({ uid, title, panels }) =>
    panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ refId, expr }) => ({ where: `${title} / ${panel.title} ${refId}`, uid, expr })),
    ),
  );
}

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export function committedRules(): Rule[] {
  return yamlFiles('prometheus/rules').flatMap((path) => {
    const { groups } = readYaml(path) as { groups: readonly { rules: readonly Rule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  });
}

export interface AlertCase {
  readonly name: string;
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

export const ruleTestFiles = (): string[] => yamlFiles('prometheus/tests');

export function alertCases(): AlertCase[] {
  return ruleTestFiles().flatMap((path) => (readYaml(path) as { tests: AlertCase[] }).tests);
}
