import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** What an import is of, and where it goes: another folder, prefix or cluster is another import. */
export interface ImportIdentity {
  readonly folder: string;
  readonly topicPrefix: string;
  readonly clusterId: string;
}

/** What a simulation is of, and where it goes. */
export interface SimulationIdentity {
  readonly scale: number;
  readonly seed: number;
  readonly topicPrefix: string;
  readonly clusterId: string;
}

const schema = z.object({ acknowledged: z.int().nonnegative(), complete: z.boolean() });

/** How far a feed has come: every one of its first `acknowledged` events is on its topic. */
export type Progress = z.infer<typeof schema>;

const NOTHING: Progress = { acknowledged: 0, complete: false };

/** A hash over the names and bytes of the files that an import reads. */
async function fingerprint({ folder, topicPrefix, clusterId }: ImportIdentity): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([topicPrefix, clusterId]));
  const names = readdirSync(folder).filter((name) => /^(products|listings|interactions)\.csv(\.gz)?$/.test(name));
  for (const name of names.sort()) {
    const content = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), content);
    hash.update(JSON.stringify([name, content.digest('hex')]));
  }
  return hash.digest('hex').slice(0, 32);
}

/** The progress of one import or simulation, kept in the data directory. */
export class Checkpoint {
  private constructor(private readonly path: string) {}

  static async ofImport(dataDir: string, identity: ImportIdentity): Promise<Checkpoint> {
    return Checkpoint.in(join(dataDir, 'imports'), await fingerprint(identity));
  }

  static ofSimulation(dataDir: string, { scale, seed, topicPrefix, clusterId }: SimulationIdentity): Checkpoint {
    const hash = createHash('sha256').update(JSON.stringify([scale, seed, topicPrefix, clusterId]));
    return Checkpoint.in(join(dataDir, 'simulations'), hash.digest('hex').slice(0, 32));
  }

  private static in(folder: string, name: string): Checkpoint {
    mkdirSync(folder, { recursive: true });
    return new Checkpoint(join(folder, `${name}.json`));
  }

  /** Nothing where there is none yet, or one that cannot be read: events are sets, so sending them again is harmless. */
  read(): Progress {
    try {
      return schema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return NOTHING;
    }
  }

  /** Replaces the file as a whole, so that a kill leaves the old or the new one. */
  write(progress: Progress): void {
    const draft = `${this.path}.${randomUUID()}`;
    writeFileSync(draft, JSON.stringify(progress));
    renameSync(draft, this.path);
  }
}
