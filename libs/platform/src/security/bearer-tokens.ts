import { ThawError } from '@thaw/contracts';
import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The tokens that a call may carry (RFC 6750). Without any, every call is let in. */
export class BearerTokens {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[] = []) {
    this.#digests = tokens.map(digestOf);
  }

  /**
   * @param authorization the header `authorization`, if there is one
   * @throws ThawError AUTHENTICATION
   */
  check(authorization: string | undefined): void {
    if (this.#digests.length === 0) return;
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) {
      throw new ThawError('AUTHENTICATION', 'The call carries no token: send it as `authorization: Bearer TOKEN`.');
    }
    const digest = digestOf(token);
    // Every one is compared, so that the time says nothing about which one came near.
    const known = this.#digests.filter((each) => timingSafeEqual(each, digest)).length > 0;
    if (!known) throw new ThawError('AUTHENTICATION', 'The token of the call is not one of THAW_API_TOKENS.');
  }
}
