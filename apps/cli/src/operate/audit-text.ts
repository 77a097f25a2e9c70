import type { AuditEntry } from '@thaw/contracts';

/** Entries as a person reads them: a line each, and what else there is to tell below it. */
export function auditAsText(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return 'Nothing has been commanded yet.';
  return entries.flatMap(linesOf).join('\n');
}

function linesOf(entry: AuditEntry): string[] {
  const { atMs, who, command, outcome, reason, request, error } = entry;
  const when = new Date(atMs).toISOString().replace('T', ' ').replace(/\..*/, '');
  // What changed says of itself what was asked for.
  const asked = words(request, fieldsOf(entry.after));
  const details = [
    ...(asked === '' ? [] : [asked]),
    ...changes(entry),
    ...(reason === '' ? [] : [`because: ${reason}`]),
    ...(error === null ? [] : [`${error.code}: ${error.message}`]),
  ];
  return [`${when}  ${who.name} (${who.role})  ${command}  ${outcome}`, ...details.map((line) => `    ${line}`)];
}

/** `serving v000002 -> v000001`. */
function changes({ before, after }: AuditEntry): string[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name} ${was.get(name) ?? '-'} -> ${is.get(name) ?? '-'}`);
}

const words = (request: unknown, but: ReadonlyMap<string, string>): string =>
  [...fieldsOf(request)]
    .filter(([name]) => !but.has(name))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** The fields of a plain object as words; whatever is none has no names. */
function fieldsOf(value: unknown): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) return new Map([['value', shown(value)]]);
  const fields = Object.entries(value).filter(([, each]) => each !== '');
  return new Map(fields.map(([name, each]) => [name, shown(each)]));
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
