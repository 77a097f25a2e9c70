import { ThawError } from '@thaw/contracts';

/**
 * Reads the body of a request, always to its end: one that is left early blocks its connection until Node drops it,
 * together with what was sent after it. What is too large is not kept, and Node's request timeout ends it.
 *
 * @param wanted what should have been sent, for the message
 * @throws ThawError REQUEST_INVALID where it is too large, or no JSON object
 */
export async function readJson(body: AsyncIterable<Uint8Array>, maxBytes: number, wanted: string): Promise<object> {
  const invalid = (what: string, cause?: unknown): ThawError =>
    new ThawError('REQUEST_INVALID', `The body ${what}. Send ${wanted}.`, {
      cause,
      details: { violations: [{ field: '', description: `the body ${what}` }] },
    });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
  }
  if (size > maxBytes) throw invalid(`has more than ${maxBytes} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw invalid('is no JSON', cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid('is no JSON object');
}
