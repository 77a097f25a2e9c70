import { type ChannelCredentials, type ClientOptions, credentials, InterceptingCall } from '@grpc/grpc-js';
import { type Caller, LOCAL_CALLER } from '@thaw/contracts';
import type { Config } from '../config/index.js';

/** What the generated clients take. */
export interface ClientSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: Partial<ClientOptions>;
}

/** How the apps are called: TLS where THAW_TLS_CA or THAW_TLS_CERT is set, and the process's own token. */
export function clientSecurity(config: Pick<Config, 'security'>): ClientSecurity {
  const { tlsCa, tlsCert, tlsKey } = config.security;
  const token = clientToken(config);
  return {
    credentials:
      tlsCa === undefined && tlsCert === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(bytes(tlsCa), bytes(tlsKey), bytes(tlsCert)),
    // Call credentials would be refused on plain text, which is right between machines and too strict on loopback.
    options: token === undefined ? {} : { interceptors: [withToken(token)] },
  };
}

/** THAW_API_TOKEN, or the first of THAW_API_TOKENS. */
export const clientToken = ({ security: { apiToken, apiTokens } }: Pick<Config, 'security'>): string | undefined =>
  apiToken ?? apiTokens?.[0]?.token;

/**
 * Who acts where nobody asks for a token, such as a command that writes to a topic: whose token the process has, as far as
 * its own settings say.
 */
export function ownCaller(config: Pick<Config, 'security'>): Caller {
  const token = clientToken(config);
  const known = config.security.apiTokens?.find((each) => each.token === token);
  return known === undefined ? LOCAL_CALLER : { name: known.name, role: known.role };
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
