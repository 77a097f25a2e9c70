import type { MetricDescription } from '@thaw/platform';
import { type App, APPS, registries } from './registries.js';

const INTRODUCTION = `# Metrics

What every app serves on \`/metrics\`, made from the apps' own registries by \`npm run dashboards\`. Each series is there from
the start, counters at 0; a gauge that is not known (no version yet, say) is NaN. Labels take the values below and no
others, so no id and no error text can ever become one. Beside these there are the usual ones of the process (\`process_…\`)
and of Node.js (\`nodejs_…\`).
`;

const HEADS: Readonly<Record<App | 'every', string>> = {
  every: 'Every app',
  graph: 'apps/graph (port 9464)',
  trainer: 'apps/trainer (port 9465)',
  recommender: 'apps/recommender (port 9466)',
};

/** docs/metrics.md. */
export function metricsPage(): string {
  const all = registries();
  const isShared = ({ name }: MetricDescription): boolean => /^thaw_(build|ready|disk)/.test(name);
  const sections = [
    section('every', all.trainer.descriptions.filter(isShared)),
    ...APPS.map((app) =>
      section(
        app,
        all[app].descriptions.filter((metric) => !isShared(metric)),
      ),
    ),
  ];
  return [INTRODUCTION, ...sections].join('\n');
}

function section(head: keyof typeof HEADS, metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(
    ({ name, type, help, labels }) => `| \`${name}\` | ${type} | ${labelList(labels)} | ${help} |`,
  );
  return [`## ${HEADS[head]}`, '', '| name | type | labels | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

/** Versions and apps differ from registry to registry: their values say nothing here. */
const OPEN = ['app', 'version'];

function labelList(labels: MetricDescription['labels']): string {
  const texts = Object.entries(labels).map(([label, values]) =>
    OPEN.includes(label) ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`,
  );
  return texts.join('; ');
}
