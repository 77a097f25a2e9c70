import type { Config } from '@thaw/platform';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const schema = z.object({
  status: z.string(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })),
});

const TIMEOUT_MS = 1000;

/** What an app's /readyz says; undefined while it does not answer. */
export async function readReadiness(
  httpUrl: string,
  { security }: Pick<Config, 'security'>,
): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] } | undefined> {
  try {
    const { status, body } = await get(`${httpUrl}/readyz`, security);
    const failing = schema.parse(JSON.parse(body)).checks.filter(({ ok }) => !ok);
    return { ready: status === 200, reasons: failing.map(({ name, reason }) => `${name}: ${reason ?? 'failing'}`) };
  } catch {
    return undefined; // Not listening yet, or busy: the next look will tell.
  }
}

/** `fetch` takes no certificate authority of ours. */
async function get(
  url: string,
  { tlsCa: ca, tlsCert: cert, tlsKey: key }: Config['security'],
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const asked = url.startsWith('https:') ? overHttps(url, { ca, cert, key, signal }) : overHttp(url, { signal });
  return await new Promise((resolve, reject) => {
    asked.once('response', (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    asked.once('error', reject).end();
  });
}
