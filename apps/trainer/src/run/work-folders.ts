import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Folders for what an attempt of a run leaves to the next: by run, so that they outlive processes. */
export class WorkFolders {
  constructor(private readonly folder: string) {}

  of(runId: string): string {
    const path = join(this.folder, nameOf(runId));
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Removes the folders of all other runs. */
  keep(runIds: readonly string[]): void {
    const kept = new Set(runIds.map(nameOf));
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return; // nothing was ever left
    }
    for (const name of names) if (!kept.has(name)) rmSync(join(this.folder, name), { recursive: true, force: true });
  }
}

/** No way out of the folder, whatever the id: it is read from a file. */
const nameOf = (runId: string): string => encodeURIComponent(runId).replaceAll('.', '%2E');
