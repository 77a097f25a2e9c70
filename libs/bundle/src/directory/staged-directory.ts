import { ThawError } from '@thaw/contracts';
import { readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { modelCard } from '../card.js';
import { codeOf, diskFailure } from '../disk-failure.js';
import { FILE_NAME, FILES } from '../files.js';
import { invalid } from '../invalid.js';
import { decodeManifest, encodeManifest, issuesOf } from '../manifest-file.js';
import { manifestDraftSchema, manifestSchema, SCHEMA_VERSION, type Manifest, type ManifestFile } from '../manifest.js';
import type { CardSection, StagedBundle } from '../port.js';
import { checkContents, sha256Of, withFile } from '../verify.js';
import { DiskFiles, notFound } from './disk-files.js';
import { sync, writeDurably } from './durable.js';
import { removeFolder } from './leftovers.js';

/** What a store does on the disk, each named when it is done: where a crash may fall between. */
export type StoreStep =
  | 'staged'
  | 'files-synced'
  | 'card-written'
  | 'manifest-written'
  | 'folder-synced'
  | 'shown'
  | 'shown-for-good'
  | 'hidden'
  | 'hidden-for-good';

export const bundleExists = (version: string, root: string): ThawError =>
  new ThawError('BUNDLE_EXISTS', `There already is a bundle ${version} in ${root}: take the next version's name.`, {
    details: { version },
  });

/** A staging in a folder beside the bundles, so that one rename shows it. */
export class StagedDirectory implements StagedBundle {
  private readonly files: DiskFiles;
  private readonly root: string;

  constructor(
    readonly version: string,
    readonly folder: string,
    private readonly onStep: (step: StoreStep) => void,
  ) {
    this.root = dirname(folder);
    this.files = new DiskFiles(folder, `the staged bundle ${version}`, () => notFound(basename(folder), this.root));
  }

  async publish(
    draft: Parameters<StagedBundle['publish']>[0],
    sections: readonly CardSection[] = [],
  ): Promise<Manifest> {
    const checked = manifestDraftSchema.safeParse({ ...draft, version: this.version });
    if (!checked.success) throw invalid(`The manifest of ${this.version}`, issuesOf(checked.error), checked.error);
    const described = { schemaVersion: SCHEMA_VERSION, ...checked.data } as const;
    try {
      const files = await this.syncFiles();
      this.onStep('files-synced');
      await writeDurably(join(this.folder, FILES.card), modelCard(described, files, sections));
      this.onStep('card-written');
      const manifest = await this.finish({ ...described, files: [...files, await this.describe(FILES.card)] });
      await this.show();
      return manifest;
    } catch (thrown) {
      throw diskFailure(`publish the bundle ${this.version} in ${this.root}`, thrown);
    }
  }

  async discard(): Promise<void> {
    await removeFolder(this.folder).catch((thrown: unknown) => {
      throw diskFailure(`remove ${this.folder}`, thrown);
    });
  }

  /** All files that the caller wrote, synced, in the order of their names. */
  private async syncFiles(): Promise<ManifestFile[]> {
    const files: ManifestFile[] = [];
    for (const name of (await readdir(this.folder)).sort()) {
      if (name === FILES.manifest || name === FILES.card) continue; // of a publishing that failed: written again
      if (!FILE_NAME.test(name))
        throw invalid(`The staged bundle ${this.version}`, `${JSON.stringify(name)} is no name`);
      files.push(await this.describe(name)); // which also finds out whether it is a plain file
      await sync(join(this.folder, name));
    }
    return files;
  }

  private async describe(name: string): Promise<ManifestFile> {
    return withFile(this.files, name, async (source) => ({ name, bytes: source.size, sha256: await sha256Of(source) }));
  }

  /** Checks all that makes the bundle one, then writes the manifest, the last of its files. */
  private async finish(whole: Manifest): Promise<Manifest> {
    const checked = manifestSchema.safeParse(whole);
    if (!checked.success) throw invalid(`The staged bundle ${this.version}`, issuesOf(checked.error), checked.error);
    await checkContents(this.files, checked.data);
    const bytes = encodeManifest(checked.data);
    decodeManifest(bytes, this.version, `The manifest of ${this.version}`); // settings may be too deep, or too large
    await writeDurably(join(this.folder, FILES.manifest), bytes);
    this.onStep('manifest-written');
    await sync(this.folder);
    this.onStep('folder-synced');
    return checked.data;
  }

  private async show(): Promise<void> {
    try {
      await rename(this.folder, join(this.root, this.version));
    } catch (thrown) {
      // A folder takes the place of an empty one only (rename(2)): two who publish the same name cannot both succeed.
      if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(thrown) ?? ''))
        throw bundleExists(this.version, this.root);
      throw thrown;
    }
    this.onStep('shown');
    await sync(this.root);
    this.onStep('shown-for-good');
  }
}
