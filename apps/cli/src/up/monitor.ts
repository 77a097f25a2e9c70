import type { ChildStatus, Supervisor } from '@thaw/platform';
import type { EventWriter } from '../feed/event-writer.js';
import type { App } from './apps.js';
import type { Status } from '../status/lines.js';
import { readReadiness } from '../status/readiness.js';
import { Services } from '../status/services.js';

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
  private readonly services: Services;
  private last = { atMs: this.startMs, events: 0 };

  constructor(private readonly options: MonitorOptions) {
    const addressOf = (app: string): string | undefined => {
      const found = options.apps.find(({ name }) => name === app);
      return found && `${options.host}:${found.grpcPort}`;
    };
    this.services = new Services({
      graph: addressOf('graph'),
      trainer: addressOf('trainer'),
      recommender: addressOf('recommender'),
    });
  }

  /** The rate is that since the last look. */
  async look(): Promise<Status> {
    const { host, kafka, apps, supervisor, writer, feedName } = this.options;
    const statuses = supervisor.statuses();
    const [services, ...looked] = await Promise.all([
      this.services.look(),
      ...apps.map(async ({ name, httpPort, grpcPort }, i) => {
        const httpUrl = `http://${host}:${httpPort}`;
        const readiness = await readReadiness(httpUrl);
        const child: ChildStatus = statuses[i] ?? {
          name,
          state: 'stopped',
          pid: undefined,
          restarts: 0,
          lastExit: undefined,
        };
        return { child, name, httpUrl, grpcAddress: `${host}:${grpcPort}`, readiness };
      }),
    ]);
    const now = { atMs: performance.now(), events: writer.total };
    const eventsPerSecond = ((now.events - this.last.events) / Math.max(1, now.atMs - this.last.atMs)) * 1000;
    this.last = now;
    const feed = { name: feedName(), eventsPerSecond, byTopic: { ...writer.acknowledged } };
    return { upMs: now.atMs - this.startMs, kafka, feed, apps: looked, services };
  }

  close(): void {
    this.services.close();
  }
}
