import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BackupFile, type BackupManifest, invalidBackup } from './manifest.js';

/** Puts a folder's entries on the disk for good. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function isEmptyOrAbsent(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw thrown;
  }
}

/** Copies a file durably. @returns its size and sha256 */
export async function copyFile(from: string, to: string): Promise<Omit<BackupFile, 'name'>> {
  await mkdir(dirname(to), { recursive: true });
  const hash = createHash('sha256');
  const handle = await open(to, 'wx');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) {
      await handle.writeFile(chunk);
      hash.update(chunk);
      bytes += chunk.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Reads every file of a backup and compares it with the manifest. @throws ThawError BACKUP_INVALID */
export async function checkFiles(folder: string, { files }: BackupManifest): Promise<void> {
  for (const { name, bytes, sha256 } of files) {
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of createReadStream(join(folder, name)) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
      }
    } catch (cause) {
      throw invalidBackup(folder, `${name} cannot be read`, cause);
    }
    if (size !== bytes) throw invalidBackup(folder, `${name} has ${size} bytes, and had ${bytes}`);
    if (hash.digest('hex') !== sha256) throw invalidBackup(folder, `${name} is damaged: its sha256 is another`);
  }
}
