import { build } from './board.js';
import { overview } from './boards/overview.js';
import { serving } from './boards/serving.js';
import { stream } from './boards/stream.js';
import { training } from './boards/training.js';
import type { ClassicDashboard } from './classic.js';

/** All dashboards, in the order in which one looks at them. */
export function dashboards(): ClassicDashboard[] {
  return [overview, stream, training, serving].map(build);
}
