export { BearerTokens, requireRole } from './bearer-tokens.js';
export { clientSecurity, type ClientSecurity, clientToken, ownCaller } from './client.js';
export { graphAddress } from './graph-address.js';
export { requireSafeListening } from './listening.js';
export { serverCredentials, tlsOptions, type TlsOptions } from './server.js';
