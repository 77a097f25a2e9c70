import type { Overview, SellerSuggestions, VersionAnswer, VersionCommand, VersionDetail } from '@thaw/app-console';
import { LIMITS, type operator, ThawError } from '@thaw/contracts';
import type { BearerTokens } from '@thaw/platform';
import { checkCommand, type Headers } from './check-command.js';
import { versionFacts } from './facts.js';
import type { OperatorClient } from './operator-client.js';
import { type Overlooked, overview } from './overview.js';
import { suggestSellers } from './sellers.js';
import { SharedLook } from './shared-look.js';
import type { VersionDetails } from './version-details.js';

/** Pages ask each second: two that ask within one share a look. */
const FRESH_MS = 800;
const MAX_WAITING = 64;
const MAX_ID_CHARS = 100;
const MAX_REASON_CHARS = 1000;

export interface ConsoleDeskOptions extends Overlooked {
  readonly details: VersionDetails;
  readonly tokens: BearerTokens;
  /** The trainer for commands, which carry the token of whoever commands. */
  readonly commanded: OperatorClient;
  /** See `checkCommand`. */
  readonly localOnly: boolean;
}

/** What the console asks the gateway, checked and bounded. */
export class ConsoleDesk {
  readonly #look: SharedLook<Overview>;

  constructor(private readonly options: ConsoleDeskOptions) {
    this.#look = new SharedLook({ look: () => overview(options), freshMs: FRESH_MS, maxWaiting: MAX_WAITING });
  }

  get trainer(): OperatorClient {
    return this.options.commanded;
  }

  /** @throws ThawError AUTHENTICATION */
  admit(headers: Headers): void {
    this.options.tokens.check(authorizationIn(headers));
  }

  /** @returns the caller's own authorization. @throws ThawError AUTHENTICATION, CONSOLE_ORIGIN, REQUEST_INVALID */
  admitCommand(headers: Headers): string | undefined {
    checkCommand(headers, this.options.localOnly);
    this.admit(headers);
    return authorizationIn(headers);
  }

  async overview(): Promise<Overview> {
    return await this.#look.get();
  }

  /** @throws ThawError REQUEST_INVALID */
  sellers(prefix: string): SellerSuggestions {
    if (prefix.length > LIMITS.idBytes) throw wrong('prefix', `has more than ${LIMITS.idBytes} characters`);
    const { served } = this.options.live;
    return served === undefined ? { sellers: [] } : suggestSellers(served, prefix);
  }

  /** @throws ThawError as the bundle store does */
  async version(version: string): Promise<VersionDetail> {
    return await this.options.details.of(version);
  }

  /** @throws ThawError REQUEST_INVALID */
  checked(body: object): VersionCommand {
    const { commandId, promoteReason = '' } = body as Partial<Record<keyof VersionCommand, unknown>>;
    if (typeof commandId !== 'string' || commandId === '' || commandId.length > MAX_ID_CHARS) {
      throw wrong('commandId', `must be a text of 1 to ${MAX_ID_CHARS} characters`);
    }
    if (typeof promoteReason !== 'string' || promoteReason.length > MAX_REASON_CHARS) {
      throw wrong('promoteReason', `must be a text of at most ${MAX_REASON_CHARS} characters`);
    }
    return { commandId, promoteReason };
  }

  /** After a command: what was seen before it is old. */
  answer(version: operator.Version): VersionAnswer {
    this.#look.forget();
    return { version: versionFacts(version) };
  }
}

function authorizationIn({ authorization }: Headers): string | undefined {
  return typeof authorization === 'string' ? authorization : authorization?.[0];
}

function wrong(field: string, description: string): ThawError {
  return new ThawError('REQUEST_INVALID', `The request cannot be answered: ${field} ${description}.`, {
    details: { violations: [{ field, description }] },
  });
}
