import { z } from 'zod';

const schema = z.object({
  status: z.string(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })),
});

const TIMEOUT_MS = 1000;

/** What an app's /readyz says; undefined while it does not answer. */
export async function readReadiness(
  httpUrl: string,
): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] } | undefined> {
  try {
    const response = await fetch(`${httpUrl}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { checks } = schema.parse(await response.json());
    const failing = checks.filter(({ ok }) => !ok);
    return { ready: response.ok, reasons: failing.map(({ name, reason }) => `${name}: ${reason ?? 'failing'}`) };
  } catch {
    return undefined; // Not listening yet, or busy: the next look will tell.
  }
}
