import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ModelSettings, NetworkCheckpoint, NetworkPlan } from '@thaw/waml';

/** What a checkpoint is of: with another plan or other channels it is of no use. */
export interface CheckpointSubject {
  readonly plan: NetworkPlan;
  readonly model: ModelSettings;
}

interface CheckpointFile {
  readonly subject: string;
  readonly checkpoint: NetworkCheckpoint;
}

/**
 * Keeps the newest checkpoint of a run's training in a folder that outlives the run's process: whoever does the run
 * again goes on from it. The file is of this machine and this release.
 */
export class NetworkCheckpoints {
  private readonly path: string;
  private readonly subject: string;

  constructor(
    private readonly folder: string,
    subject: CheckpointSubject,
  ) {
    this.path = join(folder, 'network.checkpoint');
    this.subject = digestOf(subject);
  }

  /** Undefined where there is none, or it is of another training, or broken. */
  read(): NetworkCheckpoint | undefined {
    try {
      const { subject, checkpoint } = deserialize(readFileSync(this.path)) as CheckpointFile;
      return subject === this.subject ? checkpoint : undefined;
    } catch {
      return undefined; // the training begins anew
    }
  }

  async write(checkpoint: NetworkCheckpoint): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const file: CheckpointFile = { subject: this.subject, checkpoint };
    await writeFile(`${this.path}.new`, serialize(file));
    await rename(`${this.path}.new`, this.path);
  }
}

/** Of all but the parameters that a fine-tune begins with. */
function digestOf({ plan, model }: CheckpointSubject): string {
  const { input, choices, folds, limits } = plan;
  return createHash('sha256').update(JSON.stringify({ input, choices, folds, limits, model })).digest('hex');
}
