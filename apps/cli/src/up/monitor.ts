import { type ChildStatus, clientSecurity, type Config, type Supervisor } from '@thaw/platform';
import type { EventWriter } from '../feed/event-writer.js';
import type { App } from './apps.js';
import type { Status } from '../status/lines.js';
import { httpOrigin } from '../session/addresses.js';
import { readReadiness } from '../status/readiness.js';
import { Services } from '../status/services.js';

export interface MonitorOptions {
  readonly config: Config;
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
      return found && `${options.config.http.host}:${found.grpcPort}`;
    };
    const addresses = {
      graph: addressOf('graph'),
      trainer: addressOf('trainer'),
      recommender: addressOf('recommender'),
    };
    this.services = new Services(addresses, clientSecurity(options.config));
  }

  /** The rate is that since the last look. */
  async look(): Promise<Status> {
    const { config, kafka, apps, supervisor, writer, feedName } = this.options;
    const { host } = config.http;
    const statuses = supervisor.statuses();
    const [services, ...looked] = await Promise.all([
      this.services.look(),
      ...apps.map(async ({ name, httpPort, grpcPort }, i) => {
        const httpUrl = httpOrigin(config, httpPort);
        const readiness = await readReadiness(httpUrl, config);
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
