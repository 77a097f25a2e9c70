import { z } from 'zod';

const line = z.looseObject({
  level: z.number(),
  time: z.number(),
  msg: z.string().default(''),
  component: z.string().optional(),
  err: z.looseObject({ message: z.string().optional(), stack: z.string().optional() }).optional(),
});

const LEVELS: readonly (readonly [atLeast: number, label: string, colour: number])[] = [
  [60, 'FATAL', 35],
  [50, 'ERROR', 31],
  [40, 'WARN ', 33],
  [30, 'INFO ', 32],
  [20, 'DEBUG', 36],
  [0, 'TRACE', 90],
];

const shown = (value: unknown): string => {
  if (typeof value === 'string') return /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
};

/**
 * One JSON log line for people: `12:00:01.234 INFO  [component] message key=value`, in UTC, an error's stack below it.
 * What is no log line comes back as it is.
 */
export function formatLogLine(text: string, colours: boolean): string {
  let parsed: ReturnType<typeof line.safeParse>;
  try {
    parsed = line.safeParse(JSON.parse(text));
  } catch {
    return text; // Not JSON, so not written by a logger: nothing to format.
  }
  if (!parsed.success) return text;
  const { level, time, msg, component, err, ...rest } = parsed.data;
  const paint = (code: number, part: string) => (colours ? `\u001b[${code}m${part}\u001b[0m` : part);
  const [, label, colour] = LEVELS.find(([atLeast]) => level >= atLeast) ?? LEVELS[LEVELS.length - 1]!;
  const fields = Object.entries(rest).map(([key, value]) => paint(90, `${key}=${shown(value)}`));
  const parts = [
    paint(90, new Date(time).toISOString().slice(11, 23)),
    paint(colour, label),
    ...(component === undefined ? [] : [`[${component}]`]),
    msg,
    ...fields,
  ];
  const trace = err?.stack ?? err?.message;
  const below = trace === undefined ? '' : `\n    ${trace.replaceAll('\n', '\n    ')}`;
  return `${parts.join(' ')}${below}`;
}
