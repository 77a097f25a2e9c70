import { operator } from '@thaw/contracts';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Run, RunChange, RunRequest } from './run.js';

const { RunState } = operator;
const ENDS = {
  published: RunState.PUBLISHED,
  rejected: RunState.REJECTED,
  failed: RunState.FAILED,
  cancelled: RunState.CANCELLED,
} as const;
type End = keyof typeof ENDS;

const schema = z.array(
  z.object({
    runId: z.string(),
    kind: z.enum(['full', 'fine-tune']),
    reason: z.string(),
    requestedBy: z.string(),
    requestedAtMs: z.number(),
    /** Of one that is over. */
    end: z
      .object({
        state: z.enum(Object.keys(ENDS) as End[]),
        message: z.string(),
        version: z.string().optional(),
        attempt: z.number(),
        startedAtMs: z.number().optional(),
        endedAtMs: z.number(),
      })
      .optional(),
  }),
);

/** A run of a trainer before this one. */
export interface RememberedRun {
  readonly request: RunRequest;
  /** Undefined: it was under way, or waited. */
  readonly end: RunChange | undefined;
}

/** Remembers runs in a file, so that a trainer that was killed can go on with them, and tell of those that ended. */
export class RunFile {
  private readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, 'runs.json');
  }

  /** The oldest first; none where the file is not there, or makes no sense: the policy decides anew. */
  read(): RememberedRun[] {
    try {
      return schema.parse(JSON.parse(readFileSync(this.path, 'utf8'))).map(({ end, ...request }) => ({
        request,
        end: end && {
          ...end,
          state: ENDS[end.state],
          version: end.version,
          startedAtMs: end.startedAtMs,
        },
      }));
    } catch {
      return [];
    }
  }

  write(runs: readonly Run[]): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(runs.map(asJson)));
    renameSync(`${this.path}.new`, this.path);
  }
}

const asJson = (run: Run): z.input<typeof schema>[number] => {
  const { runId, kind, reason, requestedBy, requestedAtMs, message, version, attempt, startedAtMs, endedAtMs } = run;
  const request = { runId, kind, reason, requestedBy, requestedAtMs };
  if (endedAtMs === undefined) return request;
  const state = RunState[run.state].toLowerCase() as End;
  return { ...request, end: { state, message, version, attempt, startedAtMs, endedAtMs } };
};
