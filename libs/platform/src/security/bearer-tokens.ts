import { type Caller, hasRole, LOCAL_CALLER, type Role, ThawError } from '@thaw/contracts';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiToken } from '../config/index.js';

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The tokens that a call may carry (RFC 6750), and whose they are. Without any, everybody is a local admin. */
export class BearerTokens {
  readonly #known: readonly { readonly digest: Buffer; readonly caller: Caller }[];

  constructor(tokens: readonly ApiToken[] = []) {
    this.#known = tokens.map(({ token, name, role }) => ({ digest: digestOf(token), caller: { name, role } }));
  }

  /**
   * @param authorization the header `authorization`, if there is one
   * @returns who calls
   * @throws ThawError AUTHENTICATION
   */
  check(authorization: string | undefined): Caller {
    if (this.#known.length === 0) return LOCAL_CALLER;
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) {
      throw new ThawError('AUTHENTICATION', 'The call carries no token: send it as `authorization: Bearer TOKEN`.');
    }
    const digest = digestOf(token);
    // Every one is compared, so that the time says nothing about which one came near.
    const [found] = this.#known.filter((each) => timingSafeEqual(each.digest, digest));
    if (found !== undefined) return found.caller;
    throw new ThawError('AUTHENTICATION', 'The token of the call is not one of THAW_API_TOKENS.');
  }
}

/**
 * @param what is to be done, such as `Rollback`
 * @throws ThawError PERMISSION_DENIED where the caller has not the role, nor one that holds it
 */
export function requireRole(caller: Caller, needed: Role, what: string): void {
  if (hasRole(caller, needed)) return;
  throw new ThawError(
    'PERMISSION_DENIED',
    `${what} needs the role ${needed}, and the token of ${caller.name} has ${caller.role}. Use a token with that role: ` +
      `THAW_API_TOKENS of the apps has ${needed}:NAME:TOKEN.`,
    { details: { caller: caller.name, role: caller.role, needed } },
  );
}
