import { ThawError } from '@thaw/contracts';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { codeOf, diskFailure, isMissing } from '../disk-failure.js';
import { invalid } from '../invalid.js';
import type { Manifest } from '../manifest.js';
import type { BundleStore, ListedBundle, StagedBundle, VerifiedBundle } from '../port.js';
import { bundlesToPrune, type PrunePolicy } from '../prune.js';
import { checkSizes, readListedFile, readManifest, trustedBundle, verifyBundle } from '../verify.js';
import { compareVersions, nextVersionName, VERSION_NAME } from '../version-name.js';
import { type BeforeRead, DiskFiles, notFound } from './disk-files.js';
import { makeFolder, sync } from './durable.js';
import { removedName, removeFolder, removeLeftovers, stagingName } from './leftovers.js';
import { bundleExists, StagedDirectory, type StoreStep } from './staged-directory.js';

export interface DirectoryStoreOptions {
  /** For those who only read: makes no folder, and cleans up after nobody. */
  readonly readOnly?: boolean;
  /** Told of every step on the disk when it is done. Tests end the process there. */
  readonly onStep?: (step: StoreStep) => void;
  /** For those who must not take all of a machine. */
  readonly beforeRead?: BeforeRead;
}

/**
 * Bundles as folders of a folder, `<root>/<version>/`. Several processes may use the same root: what makes a bundle
 * visible, or hides it, is one rename.
 */
export class DirectoryBundleStore implements BundleStore {
  private constructor(
    /** Absolute. */
    readonly root: string,
    private readonly onStep: (step: StoreStep) => void,
    private readonly beforeRead: BeforeRead | undefined,
  ) {}

  /**
   * Makes the folder where absent, and removes what dead processes left in it.
   *
   * @throws ThawError BUNDLE_STORE_UNAVAILABLE
   */
  static async open(root: string, options: DirectoryStoreOptions = {}): Promise<DirectoryBundleStore> {
    const store = new DirectoryBundleStore(resolve(root), options.onStep ?? (() => undefined), options.beforeRead);
    if (options.readOnly !== true) {
      await store.attempt('open the bundles', async () => {
        await makeFolder(store.root);
        await removeLeftovers(store.root);
      });
    }
    return store;
  }

  async stage(version: string): Promise<StagedBundle> {
    if (!VERSION_NAME.test(version)) {
      throw invalid(`The version ${JSON.stringify(version.slice(0, 100))}`, 'its name is not of the form v000001');
    }
    if (existsSync(join(this.root, version))) throw bundleExists(version, this.root);
    const folder = join(this.root, stagingName(version));
    await this.attempt(`stage the bundle ${version}`, () => mkdir(folder));
    this.onStep('staged');
    return new StagedDirectory(version, folder, this.onStep);
  }

  async list(): Promise<ListedBundle[]> {
    const bundles: ListedBundle[] = [];
    for (const version of await this.versions()) {
      const listed = await this.describe(version);
      if (listed) bundles.push(listed);
    }
    return bundles;
  }

  async open(version: string, options: { readonly signal?: AbortSignal } = {}): Promise<VerifiedBundle> {
    return verifyBundle(this.filesOf(version), version, (name) => join(this.root, version, name), options.signal);
  }

  trusted(manifest: Manifest): VerifiedBundle {
    const { version } = manifest;
    return trustedBundle(this.filesOf(version), manifest, (name) => join(this.root, version, name));
  }

  async manifest(version: string): Promise<Manifest> {
    return readManifest(this.filesOf(version), version);
  }

  async readFile(version: string, name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const files = this.filesOf(version);
    return readListedFile(files, await readManifest(files, version), name, maxBytes);
  }

  async remove(version: string): Promise<boolean> {
    if (!VERSION_NAME.test(version)) return false;
    return this.attempt(`remove the bundle ${version}`, async () => {
      const hidden = join(this.root, removedName(version));
      try {
        await rename(join(this.root, version), hidden);
      } catch (thrown) {
        if (isMissing(thrown)) return false;
        throw thrown;
      }
      this.onStep('hidden');
      await sync(this.root);
      this.onStep('hidden-for-good');
      await removeFolder(hidden);
      return true;
    });
  }

  async prune(policy: PrunePolicy): Promise<string[]> {
    const removed: string[] = [];
    for (const version of bundlesToPrune(await this.list(), policy)) {
      if (await this.remove(version)) removed.push(version);
    }
    return removed;
  }

  async nextVersion(known: Iterable<string> = []): Promise<string> {
    return nextVersionName([...(await this.versions()), ...known]);
  }

  /** All that has a version's name, the oldest first. */
  private async versions(): Promise<string[]> {
    return this.attempt('list the bundles', async () => {
      try {
        return (await readdir(this.root)).filter((name) => VERSION_NAME.test(name)).sort(compareVersions);
      } catch (thrown) {
        if (isMissing(thrown)) return []; // a reader may be there before the first writer
        throw thrown;
      }
    });
  }

  /** Undefined where it was removed meanwhile. */
  private async describe(version: string): Promise<ListedBundle | undefined> {
    try {
      const files = this.filesOf(version);
      const manifest = await readManifest(files, version);
      await checkSizes(files, manifest);
      return { version, manifest };
    } catch (thrown) {
      if (!(thrown instanceof ThawError)) throw thrown;
      if (thrown.code === 'BUNDLE_NOT_FOUND') return undefined;
      return this.broken(version, thrown.message);
    }
  }

  private async broken(version: string, reason: string): Promise<ListedBundle | undefined> {
    try {
      return { version, broken: reason, atMs: (await stat(join(this.root, version))).mtimeMs };
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw diskFailure(`list the bundle ${version}`, thrown);
    }
  }

  /** @throws ThawError BUNDLE_NOT_FOUND for what is no name of a version */
  private filesOf(version: string): DiskFiles {
    if (!VERSION_NAME.test(version)) throw notFound(version.slice(0, 100), this.root);
    const missing = (): ThawError => notFound(version, this.root);
    return new DiskFiles(join(this.root, version), `the bundle ${version}`, missing, this.beforeRead);
  }

  private async attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (thrown) {
      throw diskFailure(`${doing} in ${this.root}`, thrown);
    }
  }
}
