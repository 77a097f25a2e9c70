import type { Trouble } from './api.js';
import { token } from './token.js';

/** A request that was not answered as asked: the gateway's problem+json, or that nobody answers. */
export class RequestFailure extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }

  get needsToken(): boolean {
    return this.trouble.code === 'AUTHENTICATION';
  }
}

const PATIENCE_MS = 10_000;
/** A command waits for Kafka, which may be starting again. */
const COMMAND_PATIENCE_MS = 35_000;

/** @throws RequestFailure */
export const get = async <Answer>(path: string): Promise<Answer> => await request<Answer>(path, {}, PATIENCE_MS);

/** @throws RequestFailure */
export const post = async <Answer>(path: string, body: object): Promise<Answer> =>
  await request<Answer>(
    path,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    COMMAND_PATIENCE_MS,
  );

async function request<Answer>(path: string, init: RequestInit, patienceMs: number): Promise<Answer> {
  const bearer = token.get();
  const headers = new Headers(init.headers);
  if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, { ...init, headers, signal: AbortSignal.timeout(patienceMs) });
    body = await response.json();
  } catch {
    const message =
      'The recommender does not answer. Is it running? `thaw up` starts it, and this page goes on by itself.';
    throw new RequestFailure({ code: 'UNREACHABLE', message });
  }
  if (response.ok) return body as Answer;
  const { code = `HTTP ${response.status}`, detail = response.statusText } = body as { code?: string; detail?: string };
  throw new RequestFailure({ code, message: detail });
}

export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof RequestFailure) return thrown.trouble;
  return { code: 'INTERNAL', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
