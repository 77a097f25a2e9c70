import { z } from 'zod';

const schema = z.object({
  commandId: z.string(),
  /** Name of the rpc. */
  command: z.string(),
  request: z.json(),
  answer: z.json(),
  /** Unix epoch milliseconds. */
  atMs: z.number(),
});

/** What an operator commanded, and what came of it: a record of the topic `audit`, in JSON. */
export interface AuditEntry {
  readonly commandId: string;
  readonly command: string;
  readonly request: unknown;
  readonly answer: unknown;
  readonly atMs: number;
}

export type WriteAudit = (entry: AuditEntry) => Promise<void>;

/** Undefined where a record is not one of ours: the topic is for people too. */
export function decodeAudit(value: Buffer | null): AuditEntry | undefined {
  if (value === null) return undefined;
  try {
    const { success, data } = schema.safeParse(JSON.parse(value.toString()));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}

export const PAUSE_COMMAND = 'SetFineTunesPaused';
const pauseAnswer = z.object({ paused: z.boolean() });

/** Whether an entry paused runs by themselves or let them go on; undefined where it is about something else. */
export function pausedBy({ command, answer }: AuditEntry): boolean | undefined {
  return command === PAUSE_COMMAND ? pauseAnswer.safeParse(answer).data?.paused : undefined;
}

export const encodeAudit = (entry: AuditEntry): Buffer => Buffer.from(JSON.stringify(entry));
