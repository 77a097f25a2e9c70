import type { Caller } from './roles.js';

/** How a command ended. `refused`: the caller may not, or what is asked for cannot be; nothing was changed. */
export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** What was commanded, by whom, and what came of it: a record of the topic `audit`, keyed by its command id, in JSON. */
export interface AuditEntry {
  /** Chosen by the caller; empty: none. */
  readonly commandId: string;
  /** Name of the rpc, such as `Rollback`, or of what a command of `thaw` does, such as `Takedown`. */
  readonly command: string;
  readonly who: Pick<Caller, 'name'> & { readonly role: string };
  /** As the caller gave it; empty: none. */
  readonly reason: string;
  /** What was asked for, besides the reason; plain JSON, as are the next three. */
  readonly request: unknown;
  /** What the command is about as it stood before, and afterwards; null where there is nothing to tell. */
  readonly before: unknown;
  readonly after: unknown;
  /** What the caller was answered; null unless done. */
  readonly answer: unknown;
  readonly outcome: AuditOutcome;
  /** Why it was refused or failed: a code of the error catalogue and the message; null when done. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** When it ended; Unix epoch milliseconds. */
  readonly atMs: number;
}

/** The topic `audit` has one partition: its order is that of the commands. */
export const AUDIT_PARTITION = 0;

export const encodeAudit = (entry: AuditEntry): Buffer => Buffer.from(JSON.stringify(entry));

const UNKNOWN = { name: 'unknown', role: 'unknown' };

/** Undefined where a record is not one of ours: the topic is for people too. Records of before roles name nobody. */
export function decodeAudit(value: Buffer | null): AuditEntry | undefined {
  const record = parse(value);
  if (record === undefined) return undefined;
  const { commandId, command, atMs, reason = '', who = UNKNOWN, outcome = 'done', error = null } = record;
  const { request = null, before = null, after = null, answer = null } = record;
  if (typeof commandId !== 'string' || typeof command !== 'string' || typeof atMs !== 'number') return undefined;
  if (typeof reason !== 'string' || !isOutcome(outcome)) return undefined;
  if (!hasTexts(who, 'name', 'role') || !(error === null || hasTexts(error, 'code', 'message'))) return undefined;
  return { commandId, command, who, reason, request, before, after, answer, outcome, error, atMs };
}

function parse(value: Buffer | null): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = value === null ? undefined : JSON.parse(value.toString());
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined; // somebody's own note
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOutcome = (value: unknown): value is AuditOutcome => AUDIT_OUTCOMES.some((outcome) => outcome === value);

function hasTexts<Name extends string>(value: unknown, ...names: Name[]): value is Readonly<Record<Name, string>> {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}
