/** `v` and a number that rises: v000001, v000002, … */
export const VERSION_NAME = /^v(?:\d{6}|[1-9]\d{6,11})$/;

const numberOf = (version: string): number => Number(version.slice(1));

/** Orders versions by age, the oldest first. Names that are no versions come before all. */
export function compareVersions(first: string, second: string): number {
  const [a, b] = [first, second].map((name) => (VERSION_NAME.test(name) ? numberOf(name) : -1)) as [number, number];
  return a - b;
}

/** The name after the highest of those known; v000001 when there is none. */
export function nextVersionName(known: Iterable<string>): string {
  let highest = 0;
  for (const name of known) if (VERSION_NAME.test(name)) highest = Math.max(highest, numberOf(name));
  return `v${String(highest + 1).padStart(6, '0')}`;
}
