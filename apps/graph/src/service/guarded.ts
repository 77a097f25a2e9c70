import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Role } from '@thaw/contracts';
import { type BearerTokens, requireRole, toServiceError } from '@thaw/platform';

type Call = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

/**
 * The same handlers, each of which answers only calls that carry one of the tokens.
 *
 * @param roles by handler, what a token must allow to call it; those that are not named only tell
 */
export function guarded<Handlers extends object>(
  handlers: Handlers,
  tokens: BearerTokens,
  roles: Readonly<Record<string, Role>>,
): Handlers {
  const guard = ([name, handle]: [string, unknown]) => {
    const guarding = (call: Call, reply?: sendUnaryData<unknown>): void => {
      try {
        const caller = tokens.check(call.metadata.get('authorization')[0]?.toString());
        requireRole(caller, roles[name] ?? 'viewer', name);
      } catch (error) {
        if (reply) reply(toServiceError(error));
        else call.emit('error', toServiceError(error));
        return;
      }
      (handle as (call: Call, reply?: sendUnaryData<unknown>) => void)(call, reply);
    };
    return [name, guarding];
  };
  return Object.fromEntries(Object.entries(handlers).map(guard)) as Handlers;
}
