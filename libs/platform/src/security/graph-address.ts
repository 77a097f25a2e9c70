import type { Config } from '../config/index.js';

/** `host:port` where the other apps find apps/graph. */
export function graphAddress({ graph, http }: Pick<Config, 'graph' | 'http'>): string {
  if (graph.address !== undefined) return graph.address;
  // An address to listen on everywhere is none to call.
  const host = http.host === '0.0.0.0' || http.host === '::' ? 'localhost' : http.host;
  return `${host}:${graph.grpcPort}`;
}
