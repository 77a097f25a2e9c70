import type { Config } from '@thaw/platform';
import { findRunning } from './running.js';

export type AppName = 'graph' | 'trainer' | 'recommender';

/** Where the service of an app listens: that of the `thaw up` of this data directory, otherwise as the settings say. */
export function grpcAddress(config: Config, app: AppName): string {
  return `${hostOf(config)}:${portsOf(config, app).grpcPort}`;
}

/** Where an app serves its probes and metrics. */
export function httpUrl(config: Config, app: AppName): string {
  return `http://${hostOf(config)}:${portsOf(config, app).httpPort}`;
}

function portsOf(config: Config, app: AppName): { readonly httpPort: number; readonly grpcPort: number } {
  return findRunning(config.paths.dataDir)?.apps.find(({ name }) => name === app) ?? config[app];
}

/** An address to listen on everywhere is none to call. */
function hostOf({ http: { host } }: Config): string {
  return host === '0.0.0.0' || host === '::' ? 'localhost' : host;
}
