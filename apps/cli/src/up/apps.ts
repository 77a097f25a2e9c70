import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SEARCH_ENVIRONMENT } from '@thaw/index';
import { type ChildSpec, type Environment, type LoadedConfig, SETTINGS } from '@thaw/platform';
import { choosePort } from './ports.js';

interface AppDefinition {
  /** The folder below apps/. */
  readonly name: string;
  readonly httpPort: { readonly setting: string; readonly of: (loaded: LoadedConfig) => number };
  readonly grpcPort: { readonly setting: string; readonly of: (loaded: LoadedConfig) => number };
  /** In its environment, unless it is set outside. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What `thaw up` runs besides Kafka, in starting order. An app that is not built is left out. */
const APPS: readonly AppDefinition[] = [
  {
    name: 'graph',
    httpPort: { setting: SETTINGS.graph.httpPort.name, of: ({ config }) => config.graph.httpPort },
    grpcPort: { setting: SETTINGS.graph.grpcPort.name, of: ({ config }) => config.graph.grpcPort },
  },
  {
    name: 'trainer',
    httpPort: { setting: SETTINGS.trainer.httpPort.name, of: ({ config }) => config.trainer.httpPort },
    grpcPort: { setting: SETTINGS.trainer.grpcPort.name, of: ({ config }) => config.trainer.grpcPort },
  },
  {
    name: 'recommender',
    httpPort: { setting: SETTINGS.recommender.httpPort.name, of: ({ config }) => config.recommender.httpPort },
    grpcPort: { setting: SETTINGS.recommender.grpcPort.name, of: ({ config }) => config.recommender.grpcPort },
    env: SEARCH_ENVIRONMENT,
  },
];

/** An app with the ports that it will listen on. */
export interface App {
  readonly name: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly child: ChildSpec;
}

export interface AppsOptions {
  readonly loaded: LoadedConfig;
  readonly environment: Environment;
  readonly brokers: readonly string[];
  readonly logFormat: 'json' | 'text';
  readonly note: (line: string) => void;
}

const entryOf = (name: string): string => fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));

/** Settles the ports and the environment of every app that is built. @throws ThawError ADDRESS_IN_USE */
export async function planApps({ loaded, environment, brokers, logFormat, note }: AppsOptions): Promise<App[]> {
  const { config, report } = loaded;
  const isSet = (setting: string) => report.some(({ name, source }) => name === setting && source !== 'default');
  const apps: App[] = [];
  // One app finds another by its port: the environment is one for all, and complete before any of them starts.
  const ports: Record<string, string> = {};
  for (const { name, httpPort: http, grpcPort: grpc, env: own } of APPS) {
    const entry = entryOf(name);
    if (!existsSync(entry)) {
      note(`apps/${name} is not built (no ${entry}): going on without it.`);
      continue;
    }
    const choose = ({ setting, of }: AppDefinition['httpPort']) =>
      choosePort({ host: config.http.host, port: of(loaded), setting, mayMove: !isSet(setting), note });
    const httpPort = await choose(http);
    const grpcPort = await choose(grpc);
    const env = {
      ...own,
      ...environment,
      KAFKA_BROKERS: brokers.join(','),
      THAW_DATA_DIR: config.paths.dataDir,
      THAW_LOG_FORMAT: logFormat,
      // Half of ours, so that there is time left to close Kafka after the apps.
      THAW_SHUTDOWN_BUDGET_MS: String(Math.floor(config.lifecycle.shutdownBudgetMs / 2)),
    };
    Object.assign(ports, { [http.setting]: String(httpPort), [grpc.setting]: String(grpcPort) });
    apps.push({ name, httpPort, grpcPort, child: { name, command: process.execPath, args: [entry], env } });
  }
  return apps.map((app) => ({ ...app, child: { ...app.child, env: { ...app.child.env, ...ports } } }));
}
