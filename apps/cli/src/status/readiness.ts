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

export interface AppReadiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** What its clock says, to the second, Unix epoch milliseconds; NaN where it does not tell. */
  readonly clockMs: number;
}

/** What an app's /readyz says; undefined while it does not answer. */
export async function readReadiness(
  httpUrl: string,
  { security }: Pick<Config, 'security'>,
  timeoutMs = TIMEOUT_MS,
): Promise<AppReadiness | undefined> {
  try {
    const { status, body, date } = await get(`${httpUrl}/readyz`, security, timeoutMs);
    const failing = schema.parse(JSON.parse(body)).checks.filter(({ ok }) => !ok);
    const reasons = failing.map(({ name, reason }) => `${name}: ${reason ?? 'failing'}`);
    return { ready: status === 200, reasons, clockMs: Date.parse(date ?? '') };
  } catch {
    return undefined; // Not listening yet, or busy: the next look will tell.
  }
}

/** `fetch` takes no certificate authority of ours. */
async function get(
  url: string,
  { tlsCa: ca, tlsCert: cert, tlsKey: key }: Config['security'],
  timeoutMs: number,
): Promise<{ readonly status: number | undefined; readonly body: string; readonly date: string | undefined }> {
  const signal = AbortSignal.timeout(timeoutMs);
  const asked = url.startsWith('https:') ? overHttps(url, { ca, cert, key, signal }) : overHttp(url, { signal });
  return await new Promise((resolve, reject) => {
    asked.once('response', (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body, date: answer.headers.date }), reject);
    });
    asked.once('error', reject).end();
  });
}
