import { type ChannelCredentials, type ClientOptions, credentials, InterceptingCall } from '@grpc/grpc-js';
import type { Config } from '../config/index.js';

/** What the generated clients take. */
export interface ClientSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: Partial<ClientOptions>;
}

/** How one app calls another: TLS where THAW_TLS_CA or THAW_TLS_CERT is set, and the first of THAW_API_TOKENS. */
export function clientSecurity({ security }: Pick<Config, 'security'>): ClientSecurity {
  const { tlsCa, tlsCert, tlsKey, apiTokens = [] } = security;
  const [token] = apiTokens;
  return {
    credentials:
      tlsCa === undefined && tlsCert === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(bytes(tlsCa), bytes(tlsKey), bytes(tlsCert)),
    // Call credentials would be refused on plain text, which is right between machines and too strict on loopback.
    options: token === undefined ? {} : { interceptors: [withToken(token)] },
  };
}

const bytes = (pem: string | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem));

function withToken(token: string): NonNullable<ClientOptions['interceptors']>[number] {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}
