const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Unix epoch milliseconds of an RFC 3339 time (section 5.6), undefined where `text` is none. Fractions beyond the
 * millisecond are cut off; a leap second (`:60`) is the second after it. Unlike Date.parse, 30 February is refused.
 */
export function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number) as [number, ...number[]];
  const leap = year! % 4 === 0 && (year! % 100 !== 0 || year! % 400 === 0);
  const days = month === 2 && leap ? 29 : DAYS[month! - 1];
  if (days === undefined || day! < 1 || day! > days || hour! > 23 || minute! > 59 || second! > 60) return undefined;
  const [, , , , , , , fraction = '', sign, offsetHours, offsetMinutes] = match;
  const offset = sign === undefined ? 0 : Number(offsetHours) * 60 + Number(offsetMinutes);
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) return undefined;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const date = new Date(0).setUTCFullYear(year!, month! - 1, day); // Date.UTC would read the year 70 as 1970
  const time = ((hour! * 60 + minute!) * 60 + second!) * 1_000 + milliseconds;
  return date + time - (sign === '-' ? -offset : offset) * 60_000;
}
