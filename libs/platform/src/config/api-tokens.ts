import { type Caller, type Role, ROLES } from '@thaw/contracts';
import { z } from 'zod';

/** A token of THAW_API_TOKENS, and who carries it. */
export interface ApiToken extends Caller {
  readonly token: string;
}

const MIN_TOKEN_CHARS = 16;
/** RFC 6750, "b64token": it has no colon, so that a role and a name can stand before it. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
const NAME = /^[A-Za-z0-9._@-]{1,64}$/;

const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

/** What is wrong with a token; undefined: nothing. The token is not told. */
function problemOf(token: string): string | undefined {
  if (token.length < MIN_TOKEN_CHARS) return `must have at least ${MIN_TOKEN_CHARS} characters`;
  return TOKEN.test(token) ? undefined : 'may only have letters, digits and . _ ~ + / - and end with =';
}

/** A token of its own, as a client sends it. */
export const bearerToken = () =>
  z.string().transform((text, context) => {
    const message = problemOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
    return text;
  });

/** One `role:name:token`, or a bare token; or what is wrong with it. */
function read(entry: string, position: number): ApiToken | string {
  const parts = entry.split(':');
  const [role = '', name = '', token = ''] = parts.length === 1 ? ['admin', `token-${position}`, entry] : parts;
  if (parts.length !== 1 && parts.length !== 3) return 'must be role:name:token';
  if (!isRole(role)) return `has a role that is not one of ${ROLES.join(', ')}`;
  if (!NAME.test(name)) return 'has a name that is not 1 to 64 letters, digits, dots, underscores, hyphens or @';
  return problemOf(token) ?? { role, name, token };
}

/**
 * `role:name:token`, with commas or white space between several. A bare token is an admin's, named by its position: so
 * were all before there were roles.
 */
export const apiTokens = () =>
  z.string().transform((text, context): ApiToken[] => {
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    const tokens = entries.map((entry, i) => read(entry, i + 1));
    const known = new Map<string, number>();
    tokens.forEach((token, i) => {
      const problem = typeof token === 'string' ? token : sameAs(known.get(token.token));
      if (problem !== undefined) context.addIssue({ code: 'custom', message: `entry ${i + 1} ${problem}` });
      if (typeof token !== 'string') known.set(token.token, i + 1);
    });
    return tokens.filter((token) => typeof token !== 'string');
  });

const sameAs = (position: number | undefined): string | undefined =>
  position === undefined ? undefined : `has the same token as entry ${position}`;
