import type { Config } from '@thaw/platform';
import { findRunning } from './running.js';

export type AppName = 'graph' | 'trainer' | 'recommender';

/** Where the service of an app listens: that of the `thaw up` of this data directory, otherwise as the settings say. */
export function grpcAddress(config: Config, app: AppName): string {
  const { address } = config.graph;
  const isElsewhere = app === 'graph' && address !== undefined && findRunning(config.paths.dataDir) === undefined;
  return isElsewhere ? address : `${hostOf(config)}:${portsOf(config, app).grpcPort}`;
}

/** Where an app serves its probes and metrics. */
export function httpUrl(config: Config, app: AppName): string {
  return httpOrigin(config, portsOf(config, app).httpPort);
}

/** The same of an app whose port is known. */
export function httpOrigin(config: Config, port: number): string {
  return `${config.security.tlsCert === undefined ? 'http' : 'https'}://${hostOf(config)}:${port}`;
}

function portsOf(config: Config, app: AppName): { readonly httpPort: number; readonly grpcPort: number } {
  return findRunning(config.paths.dataDir)?.apps.find(({ name }) => name === app) ?? config[app];
}

/** An address to listen on everywhere is none to call. */
function hostOf({ http: { host } }: Config): string {
  return host === '0.0.0.0' || host === '::' ? 'localhost' : host;
}
