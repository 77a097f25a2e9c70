import { clientSecurity, type Config } from '@thaw/platform';
import { type AppName, grpcAddress, httpUrl } from '../session/addresses.js';
import { type AppStatus, appLine, serviceLines } from './lines.js';
import { readReadiness } from './readiness.js';
import { Services, type ServicesStatus } from './services.js';
import { versionTable } from './serving.js';

const APPS: readonly AppName[] = ['graph', 'trainer', 'recommender'];

/** What can be seen of a running Thaw from beside it. */
export interface Overview {
  readonly apps: readonly AppStatus[];
  readonly services: ServicesStatus;
}

/** Looks at a Thaw that this process did not start. */
export class Lookout {
  private readonly services: Services;

  constructor(private readonly config: Config) {
    const addresses = Object.fromEntries(APPS.map((app) => [app, grpcAddress(config, app)]));
    this.services = new Services(addresses, clientSecurity(config));
  }

  async look(): Promise<Overview> {
    const [services, ...apps] = await Promise.all([
      this.services.look(),
      ...APPS.map(async (name) => {
        const url = httpUrl(this.config, name);
        const grpc = grpcAddress(this.config, name);
        return {
          name,
          child: undefined,
          httpUrl: url,
          grpcAddress: grpc,
          readiness: await readReadiness(url, this.config),
        };
      }),
    ]);
    return { apps, services };
  }

  close(): void {
    this.services.close();
  }
}

/** Whether every app answers and is ready. */
export const isReady = ({ apps }: Overview): boolean => apps.every(({ readiness }) => readiness?.ready === true);

export function overviewLines({ apps, services }: Overview): readonly string[] {
  return [...apps.map(appLine), ...serviceLines(services)];
}

export function overviewAsText(overview: Overview, nowMs: number): string {
  const { versions = [] } = overview.services;
  const lines = [...overviewLines(overview)];
  if (versions.length > 0) lines.push('', versionTable(versions, nowMs));
  return lines.join('\n');
}

/** As `--output json` prints it. */
export function overviewAsJson({ apps, services }: Overview): Readonly<Record<string, unknown>> {
  return {
    apps: apps.map(({ name, httpUrl: http, grpcAddress: grpc, readiness }) => ({
      name,
      http,
      grpc,
      ready: readiness?.ready ?? false,
      reasons: readiness?.reasons ?? ['it does not answer'],
    })),
    funnel: services.funnel ?? null,
    serving: services.serving ?? null,
    versions: services.versions ?? null,
  };
}
