import { open, writeFile } from 'node:fs/promises';

/** Puts a file's content, or a folder's entries, on the disk for good (fsync(2)). */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file anew and syncs it. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(path, content, { flush: true });
}
