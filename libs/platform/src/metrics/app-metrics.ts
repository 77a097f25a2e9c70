import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Readiness } from '../health/index.js';
import type { Metrics } from './metrics.js';

export interface AppMetricsOptions {
  /** graph, trainer or recommender. */
  readonly app: string;
  readonly readiness: Pick<Readiness, 'report'>;
  /** What it keeps on disks, by a name for the label. */
  readonly folders: Readonly<Record<string, string>>;
}

/** Registers what every app tells of itself. */
export function appMetrics(metrics: Metrics, { app, readiness, folders }: AppMetricsOptions): void {
  metrics
    .gauge('thaw_build_info', 'Always 1: which app and version this is.', { app: [app], version: [version()] })({
      app,
      version: version(),
    })
    .set(1);
  metrics.observedGauge(
    'thaw_ready',
    'Whether the app is ready, as /readyz says, which also says why not.',
    async () => ((await readiness.report()).status === 'ready' ? 1 : 0),
  );
  const labels = { folder: Object.keys(folders) };
  metrics.observedGauges(
    'thaw_disk_free_bytes',
    'Free space of the disk that a folder lies on.',
    labels,
    ({ folder }) => diskBytes(folders[folder]!, 'bavail'),
  );
  metrics.observedGauges('thaw_disk_size_bytes', 'Size of that disk.', labels, ({ folder }) =>
    diskBytes(folders[folder]!, 'blocks'),
  );
}

/** Undefined where the folder is not there (yet). */
async function diskBytes(folder: string, what: 'bavail' | 'blocks'): Promise<number | undefined> {
  const disk = await statfs(folder).catch(() => undefined);
  return disk && disk[what] * disk.bsize;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
