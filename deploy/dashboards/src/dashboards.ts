import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { build } from './board.js';
import { overview } from './boards/overview.js';

/** All dashboards, in the order in which one looks at them. */
export function dashboards(): dashboard.Dashboard[] {
  return [overview].map(build);
}
