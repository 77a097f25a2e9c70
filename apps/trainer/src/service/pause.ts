import type { AuditEntry } from '@thaw/contracts';
import { z } from 'zod';
import type { Pause } from '../trainer.js';

export const PAUSE_COMMAND = 'SetFineTunesPaused';
const pauseAnswer = z.object({ paused: z.boolean() });

/** The pause after an entry of the audit, if there is one; undefined where the entry is about something else. */
export function pauseAfter(entry: AuditEntry): { readonly pause: Pause | undefined } | undefined {
  if (entry.command !== PAUSE_COMMAND || entry.outcome !== 'done') return undefined;
  const answer = pauseAnswer.safeParse(entry.answer);
  if (!answer.success) return undefined;
  return { pause: answer.data.paused ? { by: entry.who.name, because: entry.reason, atMs: entry.atMs } : undefined };
}
