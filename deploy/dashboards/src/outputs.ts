import { dashboards } from './dashboards.js';
import { metricsPage } from './metrics-page.js';

/** Every file that is made from code, by its path from the root of the repository. */
export function outputs(): ReadonlyMap<string, string> {
  return new Map([
    ...dashboards().map(({ uid, ...rest }) => {
      const text = `${JSON.stringify({ uid, ...rest }, null, 2)}\n`;
      return [`deploy/grafana/dashboards/${uid}.json`, text] as const;
    }),
    ['docs/metrics.md', metricsPage()] as const,
  ]);
}
