import { ServerCredentials } from '@grpc/grpc-js';
import type { Config } from '../config/index.js';

/** What Node's TLS servers take; PEM. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Clients must show a certificate of this authority. */
  readonly ca?: string;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/** The TLS of a server; undefined: plain text. */
export function tlsOptions({ security }: Pick<Config, 'security'>): TlsOptions | undefined {
  const { tlsCert: cert, tlsKey: key, tlsClientCa: ca } = security;
  if (cert === undefined || key === undefined) return undefined;
  return ca === undefined ? { cert, key } : { cert, key, ca, requestCert: true, rejectUnauthorized: true };
}

/** The credentials of a gRPC server. */
export function serverCredentials(config: Pick<Config, 'security'>): ServerCredentials {
  const tls = tlsOptions(config);
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  return ServerCredentials.createSsl(tls.ca === undefined ? null : Buffer.from(tls.ca), [pair], tls.ca !== undefined);
}
