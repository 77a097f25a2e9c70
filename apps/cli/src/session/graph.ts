import type { Config } from '@thaw/platform';
import { findRunning } from './running.js';

/** Where the graph service listens: that of the `thaw up` of this data directory, otherwise as the settings say. */
export function graphAddress({ paths, http, graph }: Config): string {
  const running = findRunning(paths.dataDir)?.apps.find(({ name }) => name === 'graph');
  const host = http.host === '0.0.0.0' || http.host === '::' ? 'localhost' : http.host;
  return `${host}:${running?.grpcPort ?? graph.grpcPort}`;
}
