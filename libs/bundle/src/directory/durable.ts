import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

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

/** Makes a folder and those above it where absent, so that they outlast a power cut. @param path absolute */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}
