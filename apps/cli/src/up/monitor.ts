import type { Supervisor } from '@thaw/platform';
import type { EventWriter } from '../feed/event-writer.js';
import type { App } from './apps.js';
import { FunnelClient } from './funnel.js';
import { readReadiness } from './readiness.js';
import type { Status } from './status.js';

export interface MonitorOptions {
  readonly host: string;
  readonly kafka: string;
  readonly apps: readonly App[];
  readonly supervisor: Supervisor;
  readonly writer: EventWriter;
  /** What feeds the topics, as of now. */
  readonly feedName: () => string;
}

/** Looks at everything that `thaw up` runs. */
export class Monitor {
  private readonly startMs = performance.now();
  private readonly funnel: FunnelClient | undefined;
  private last = { atMs: this.startMs, events: 0 };

  constructor(private readonly options: MonitorOptions) {
    const graph = options.apps.find(({ name }) => name === 'graph');
    this.funnel = graph && new FunnelClient(`${options.host}:${graph.grpcPort}`);
  }

  /** The rate is that since the last look. */
  async look(): Promise<Status> {
    const { host, kafka, apps, supervisor, writer, feedName } = this.options;
    const statuses = supervisor.statuses();
    const [funnel, ...looked] = await Promise.all([
      this.funnel?.read(),
      ...apps.map(async ({ name, httpPort, grpcPort }, i) => {
        const httpUrl = `http://${host}:${httpPort}`;
        const readiness = await readReadiness(httpUrl);
        const child = statuses[i] ?? { state: 'stopped', pid: undefined, restarts: 0, lastExit: undefined };
        return { ...child, name, httpUrl, grpcAddress: `${host}:${grpcPort}`, readiness };
      }),
    ]);
    const now = { atMs: performance.now(), events: writer.total };
    const eventsPerSecond = ((now.events - this.last.events) / Math.max(1, now.atMs - this.last.atMs)) * 1000;
    this.last = now;
    const feed = { name: feedName(), eventsPerSecond, byTopic: { ...writer.acknowledged } };
    return { upMs: now.atMs - this.startMs, kafka, feed, apps: looked, funnel };
  }

  close(): void {
    this.funnel?.close();
  }
}
