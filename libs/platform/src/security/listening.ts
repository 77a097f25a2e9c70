import { ThawError } from '@thaw/contracts';
import { isIP } from 'node:net';
import type { Config } from '../config/index.js';

/** Whether a host, by name or address, is this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * Refuses to be reached from other machines by whoever comes along: beyond loopback there must be TLS, and tokens or
 * client certificates, or somebody who says that something else sees to that.
 *
 * @throws ThawError CONFIG_INVALID
 */
export function requireSafeListening({ http, security }: Pick<Config, 'http' | 'security'>): void {
  if (isLoopback(http.host) || security.insecureListen) return;
  const missing: string[] = [];
  if (security.tlsCert === undefined) missing.push('TLS (THAW_TLS_CERT, THAW_TLS_KEY)');
  if ((security.apiTokens ?? []).length === 0 && security.tlsClientCa === undefined) {
    missing.push('tokens (THAW_API_TOKENS) or client certificates (THAW_TLS_CLIENT_CA)');
  }
  if (missing.length === 0) return;
  throw new ThawError(
    'CONFIG_INVALID',
    `THAW_HTTP_HOST=${http.host} can be reached from other machines, without ${missing.join(' and ')}. Set them, or ` +
      'THAW_INSECURE_LISTEN=true where the network keeps others out.',
    { details: { host: http.host } },
  );
}
