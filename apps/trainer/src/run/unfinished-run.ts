import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({ runId: z.string(), kind: z.enum(['full', 'fine-tune']), reason: z.string() });

/** A run that was under way. */
export type UnfinishedRun = z.infer<typeof schema>;

/** Remembers the run that is under way, so that it is started again when the trainer was killed in the middle of it. */
export class UnfinishedRunFile {
  private readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, 'run.json');
  }

  /** Undefined where no run was under way, or what was left of its file makes no sense. */
  read(): UnfinishedRun | undefined {
    try {
      return schema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return undefined; // The policy decides anew, and the operator can ask again.
    }
  }

  write(run: UnfinishedRun | undefined): void {
    if (run === undefined) {
      rmSync(this.path, { force: true });
      return;
    }
    mkdirSync(this.folder, { recursive: true });
    const { runId, kind, reason } = run;
    writeFileSync(`${this.path}.new`, JSON.stringify({ runId, kind, reason }));
    renameSync(`${this.path}.new`, this.path);
  }
}
