import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { ThawError } from '@thaw/contracts';
import { addressError } from '../health/index.js';

export interface GrpcAddress {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** The setting that `port` came from, for the message when it is taken. */
  readonly portSetting: string;
  readonly credentials: ServerCredentials;
}

/** Calls that are still answered have this long before they are ended. */
const PATIENCE_MS = 2_000;

/** Listens, and returns the port. @throws ThawError ADDRESS_IN_USE when something else listens there */
export async function listenGrpc(
  server: Server,
  { host, port, portSetting, credentials }: GrpcAddress,
): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return await new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(ThawError.from(addressError(inUse(error), address, portSetting)));
    });
  });
}

/** grpc-js tells a taken port in its message alone. */
function inUse(error: Error): Error {
  return error.message.includes('EADDRINUSE') ? Object.assign(error, { code: 'EADDRINUSE' }) : error;
}

/** Takes no more calls and lets those under way end, for a while. */
export async function stopGrpc(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), PATIENCE_MS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
