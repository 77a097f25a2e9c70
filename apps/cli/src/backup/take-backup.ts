import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DirectoryBundleStore } from '@thaw/bundle';
import { type graph, ThawError } from '@thaw/contracts';
import type { GraphClient } from '@thaw/graph-reader';
import { copyFile, isEmptyOrAbsent, syncFolder } from './files.js';
import { BACKUP_FORMAT, type BackupFile, type BackupManifest, MANIFEST } from './manifest.js';
import { RowsWriter } from './rows-files.js';

export interface BackupOptions {
  readonly folder: string;
  readonly graph: GraphClient;
  /** Of the Kafka that the graph reads, where it answers. */
  readonly clusterId: string | null;
  /** Take the version bundles of this folder too. */
  readonly bundleDir: string | undefined;
  readonly nowMs: number;
  /** Told how many rows are through. */
  readonly onRows: (rows: number) => void;
}

/**
 * Takes everything that apps/graph has stored, of one moment, into a folder: it is there whole or not at all.
 *
 * @throws ThawError BACKUP_EXISTS, GRAPH_BUSY, GRAPH_NOT_READY, STORE_UNAVAILABLE
 */
export async function takeBackup(options: BackupOptions): Promise<BackupManifest> {
  const folder = resolve(options.folder);
  await requireEmpty(folder);
  const draft = `${folder}.partial`;
  const stream = options.graph.backUp();
  try {
    const header = await headerOf(stream);
    // Only one backup is taken of a graph at a time: what is there was left by one that was killed.
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    const manifest = await writeParts(draft, header, stream, options);
    await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    await syncFolder(draft);
    await requireEmpty(folder);
    await rename(draft, folder);
    await syncFolder(dirname(folder));
    return manifest;
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined); // the first error is the one to hear
    throw diskFailure(folder, thrown);
  } finally {
    await stream.return();
  }
}

async function headerOf(stream: AsyncGenerator<graph.BackUpResponse, void, void>): Promise<graph.BackupHeader> {
  const first = await stream.next();
  const part = first.done === true ? undefined : first.value.part;
  if (part?.$case === 'header') return part.value;
  throw new ThawError('GRAPH_NOT_READY', 'apps/graph sent a backup without its beginning: update it.');
}

async function writeParts(
  draft: string,
  header: graph.BackupHeader,
  stream: AsyncGenerator<graph.BackUpResponse, void, void>,
  { clusterId, bundleDir, nowMs, onRows }: BackupOptions,
): Promise<BackupManifest> {
  const writer = new RowsWriter(draft);
  let expected = 0;
  for await (const { part } of stream) {
    if (part?.$case === 'rows') {
      await writer.write(part.value);
      onRows(writer.rows);
    } else if (part?.$case === 'trailer') expected = part.value.rows;
  }
  await writer.finish();
  if (writer.rows !== expected) {
    throw new ThawError(
      'GRAPH_NOT_READY',
      `apps/graph sent ${writer.rows} rows of ${expected}: take the backup again.`,
    );
  }
  const { bundles, files } = bundleDir === undefined ? { bundles: [], files: [] } : await copyBundles(bundleDir, draft);
  const { storeFormat, sequence, offsets, settings, topicPrefix, counter } = header;
  return {
    kind: 'thaw-graph-backup',
    format: BACKUP_FORMAT,
    createdAtMs: nowMs,
    storeFormat,
    sequence,
    offsets,
    settings: settings === undefined ? null : { ...settings },
    topicPrefix,
    counter,
    clusterId,
    rows: writer.rows,
    files: [...writer.files, ...files],
    bundles,
  };
}

/** Those bundles that are whole. */
async function copyBundles(bundleDir: string, draft: string) {
  const store = await DirectoryBundleStore.open(bundleDir, { readOnly: true });
  const bundles: string[] = [];
  const files: BackupFile[] = [];
  for (const { version, manifest } of await store.list()) {
    if (manifest === undefined) continue;
    await store.open(version);
    const from = join(bundleDir, version);
    for (const entry of await readdir(from)) {
      const name = `bundles/${version}/${entry}`;
      files.push({ name, ...(await copyFile(join(from, entry), join(draft, name))) });
    }
    await syncFolder(join(draft, 'bundles', version));
    bundles.push(version);
  }
  return { bundles, files };
}

async function requireEmpty(folder: string): Promise<void> {
  if (await isEmptyOrAbsent(folder)) return;
  throw new ThawError('BACKUP_EXISTS', `${folder} holds something already: name a new folder for the backup.`, {
    details: { folder },
  });
}

/** Gives what Node throws of a disk a code. */
export function diskFailure(folder: string, thrown: unknown): unknown {
  if (thrown instanceof ThawError || !(thrown instanceof Error) || !('errno' in thrown)) return thrown;
  const message = `The disk refuses, at ${folder}: ${thrown.message}. Mend that and do this again.`;
  return new ThawError('STORE_UNAVAILABLE', message, { cause: thrown, details: { folder } });
}
