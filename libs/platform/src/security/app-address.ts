import type { Config } from '../config/index.js';

interface Service {
  /** The setting that says where it is, if it is set. */
  readonly address: string | undefined;
  readonly grpcPort: number;
}

/** `host:port` where the other apps find apps/graph. */
export const graphAddress = ({ graph, http }: Pick<Config, 'graph' | 'http'>): string => addressOf(graph, http);

/** `host:port` where the other apps find apps/trainer. */
export const trainerAddress = ({ trainer, http }: Pick<Config, 'trainer' | 'http'>): string => addressOf(trainer, http);

function addressOf({ address, grpcPort }: Service, { host }: Config['http']): string {
  if (address !== undefined) return address;
  // An address to listen on everywhere is none to call.
  return `${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${grpcPort}`;
}
