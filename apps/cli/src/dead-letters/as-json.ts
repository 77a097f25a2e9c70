import { bytesAsText, headersAsText } from './as-text.js';
import type { Letter } from './letter.js';
import type { Mark } from './marks.js';

const HEADER_BYTES = 1024;

/** A letter as `--output json` prints it. @param valueBytes of the value; 0 leaves key, value and headers out */
export function letterAsJson(
  { id, topic, place, source, atMs, code, message, truncatedFrom, key, value, headers }: Letter,
  mark: Mark | undefined,
  valueBytes: number,
): Readonly<Record<string, unknown>> {
  const shown = valueBytes === 0 ? undefined : bytesAsText(value, valueBytes);
  return {
    id,
    topic,
    place,
    source: source ?? null,
    atMs,
    code,
    message,
    mark: mark ?? null,
    bytes: truncatedFrom ?? value?.length ?? 0,
    ...(shown !== undefined && {
      key: key?.toString() ?? null,
      headers: headersAsText(headers, HEADER_BYTES),
      valueText: shown.as === 'text' ? shown.text : null,
      valueBase64: value?.subarray(0, valueBytes).toString('base64') ?? null,
    }),
  };
}
