/** How figures are written, everywhere on the page. Locale and time zone are those of the code, not of the visitor. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 12,345. */
export const count = (value: number): string => whole.format(value);

/** 12.3 k, 4.56 M: for where there is little room. */
export function shortCount(value: number): string {
  if (value < 10_000) return count(Math.round(value));
  const [scaled, unit] = value < 1e6 ? [value / 1e3, 'k'] : value < 1e9 ? [value / 1e6, 'M'] : [value / 1e9, 'G'];
  return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toPrecision(3)} ${unit}`;
}

/** A recall: .981, as the commands print it. */
export const recall = (value: number): string => value.toFixed(3).replace(/^0/, '');

/** 47.9 %. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A rate per second: 5,231 or 0.4. */
export const rate = (perSecond: number): string => (perSecond < 10 ? perSecond.toFixed(1) : count(perSecond));

/** 0.3 s, 14 s, 2 min 5 s, 3 h 12 min, 4 d 3 h. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** The first characters of a text that is too long, and an ellipsis. */
export function clipped(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

/** "1 customer", "12 customers". */
export const counted = (value: number, singular: string, plural = `${singular}s`): string =>
  `${count(value)} ${value === 1 ? singular : plural}`;

/** "10 min", of seconds. */
export const minutesText = (seconds: number): string => `${Math.max(1, Math.round(seconds / 60))} min`;

/** A moment in the past on an axis: "now", "−30 s", "−2.5 min". */
export function agoText(seconds: number): string {
  if (seconds > -1) return 'now';
  return seconds <= -60 ? `−${Number((-seconds / 60).toFixed(1))} min` : `−${Math.round(-seconds)} s`;
}
