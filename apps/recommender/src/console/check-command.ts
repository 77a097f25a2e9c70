import { ThawError } from '@thaw/contracts';
import { isLoopback } from '@thaw/platform';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * That a command does not come from another page in the user's browser, which the browser would let through since it is
 * on the same machine or network. A page cannot send JSON to another origin unasked, nor change what the browser says of
 * where a request comes from (Fetch Metadata; `Origin` where a browser sends none).
 *
 * @param localOnly whether only this machine is listened to, and no token asked for: then the host must be this machine
 *   by name too, since a page whose own name was made to point here (DNS rebinding) counts as the same origin
 * @throws ThawError CONSOLE_ORIGIN, REQUEST_INVALID
 */
export function checkCommand(headers: Headers, localOnly: boolean): void {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  if (text('content-type')?.split(';')[0]!.trim().toLowerCase() !== 'application/json') {
    const violations = [{ field: 'content-type', description: 'must be application/json' }];
    throw new ThawError('REQUEST_INVALID', 'A command is JSON: send it with `content-type: application/json`.', {
      details: { violations },
    });
  }
  const [host, origin, site] = [text('host') ?? '', text('origin'), text('sec-fetch-site')];
  const isOwn = site === undefined ? origin === undefined || hostOf(origin) === host : site === 'same-origin';
  if (!isOwn) throw foreign(`It was sent by a page of ${origin ?? 'another site'}`);
  if (localOnly && !isLoopback(nameIn(host))) throw foreign(`It was sent to ${host.slice(0, 100)}`);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** The name or address in `host:port`. */
function nameIn(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : '';
}

function foreign(what: string): ThawError {
  return new ThawError(
    'CONSOLE_ORIGIN',
    `${what}, and commands are taken from the console's own page only. Open the console at the address that \`thaw up\` ` +
      'prints, or use the `thaw` command.',
  );
}
