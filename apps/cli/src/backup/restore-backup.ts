import { access, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ThawError } from '@thaw/contracts';
import { RocksGraphStore, type TablePage, writeStore } from '@thaw/store';
import { copyFile, syncFolder } from './files.js';
import { type BackupManifest, invalidBackup } from './manifest.js';
import { readRows } from './rows-files.js';
import { diskFailure } from './take-backup.js';

/** @throws ThawError CONFIG_INVALID where the backup is of another Thaw: its offsets mean nothing here */
export function checkFits(
  folder: string,
  manifest: BackupManifest,
  here: { readonly topicPrefix: string; readonly clusterId: string | null },
): void {
  const { topicPrefix, clusterId } = manifest;
  const refuse = (what: string): never => {
    throw new ThawError('CONFIG_INVALID', `The backup in ${folder} is of ${what}: its offsets mean nothing here.`, {
      details: { folder },
    });
  };
  if (topicPrefix !== here.topicPrefix) {
    refuse(`topics with the prefix "${topicPrefix}", and THAW_TOPIC_PREFIX is "${here.topicPrefix}"`);
  }
  if (clusterId !== null && here.clusterId !== null && clusterId !== here.clusterId) {
    refuse(`the Kafka cluster ${clusterId}, and this one is ${here.clusterId}`);
  }
}

/** Holds a store so that no apps/graph can open it; one that is damaged cannot be held, and needs not be. */
export async function holdStore(folder: string): Promise<{ release(): Promise<void> }> {
  try {
    const store = await RocksGraphStore.open({ folder });
    return { release: async () => await store.close() };
  } catch (error) {
    if (error instanceof ThawError && error.code === 'STORE_LOCKED') throw error;
    return { release: () => Promise.resolve() };
  }
}

export interface RestoreOptions {
  /** Of the backup, whose files have been checked. */
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** Of apps/graph's store; what is in it is replaced. */
  readonly target: string;
  /** Restore the bundles that are not there into this folder. */
  readonly bundleDir: string | undefined;
  /** Lets go of the old store, just before it is moved out of the way. */
  readonly release: () => Promise<void>;
  /** Told how many rows are through. */
  readonly onRows: (rows: number) => void;
}

/**
 * Makes the store anew beside the one there is, and then takes its place.
 *
 * @returns the bundles that were restored
 * @throws ThawError BACKUP_INVALID, STORE_UNAVAILABLE
 */
export async function restoreBackup(options: RestoreOptions): Promise<readonly string[]> {
  const { folder, manifest, target, bundleDir, release, onRows } = options;
  const [draft, replaced] = [`${target}.restoring`, `${target}.replaced`];
  try {
    await rm(draft, { recursive: true, force: true });
    let rows = 0;
    const counted = async function* (): AsyncGenerator<TablePage> {
      for await (const page of readRows(folder, manifest.files)) {
        yield page;
        rows += page.rows.length;
        onRows(rows);
      }
    };
    await writeStore(draft, counted());
    if (rows !== manifest.rows) throw invalidBackup(folder, `it has ${rows} rows, and had ${manifest.rows}`);
    await (await RocksGraphStore.open({ folder: draft })).close();
    await rm(replaced, { recursive: true, force: true });
    // Not held any longer: RocksDB closes a store by its path, which is that of the new one in a moment.
    await release();
    if (await exists(target)) await rename(target, replaced);
    await rename(draft, target);
    await syncFolder(dirname(target));
    await rm(replaced, { recursive: true, force: true });
    return bundleDir === undefined ? [] : await restoreBundles(folder, manifest, bundleDir);
  } catch (thrown) {
    throw diskFailure(target, thrown);
  }
}

async function restoreBundles(folder: string, manifest: BackupManifest, bundleDir: string): Promise<string[]> {
  const restored: string[] = [];
  for (const version of manifest.bundles) {
    const place = join(bundleDir, version);
    if (await exists(place)) continue;
    const draft = join(bundleDir, `.restoring-${version}`);
    await rm(draft, { recursive: true, force: true });
    const prefix = `bundles/${version}/`;
    for (const { name } of manifest.files.filter((file) => file.name.startsWith(prefix))) {
      await copyFile(join(folder, name), join(draft, name.slice(prefix.length)));
    }
    await syncFolder(draft);
    await rename(draft, place);
    await syncFolder(bundleDir);
    restored.push(version);
  }
  return restored;
}

const exists = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  );
