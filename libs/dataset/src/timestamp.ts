const ORDINAL = /^\d+$/;
/** A date, or a date and a time of at least minutes, with an optional zone (RFC 3339, "T" or a blank between). */
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a timestamp of the data set format.
 *
 * ISO dates without a zone are UTC, whatever the machine's own zone is. A string of digits is an ordinal: n stands for
 * n seconds after the epoch, so that sources that know only an order still fit a log of times.
 *
 * @returns Unix epoch milliseconds, or undefined when the text is neither.
 */
export function parseTimestamp(text: string): number | undefined {
  const trimmed = text.trim();
  if (ORDINAL.test(trimmed)) {
    const ms = Number(trimmed) * 1000;
    return Number.isSafeInteger(ms) ? ms : undefined;
  }
  const match = ISO.exec(trimmed);
  if (match === null) return undefined;
  const hasTime = trimmed.length > 10;
  const iso = trimmed.replace(' ', 'T');
  // Without a zone, Date.parse takes a date as UTC but a date and time as local: hence the Z.
  const ms = Date.parse(match[1] === undefined && hasTime ? `${iso}Z` : iso);
  return Number.isNaN(ms) ? undefined : ms;
}
