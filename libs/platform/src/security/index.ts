export { graphAddress, trainerAddress } from './app-address.js';
export { BearerTokens, requireRole } from './bearer-tokens.js';
export { clientSecurity, type ClientSecurity, clientToken, ownCaller } from './client.js';
export { isLoopback, requireSafeListening } from './listening.js';
export { serverCredentials, tlsOptions, type TlsOptions } from './server.js';
