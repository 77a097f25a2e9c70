import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILL_BYTES = 1 << 20;

/** A disk in memory that a test can fill to the last byte. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @param size as mount takes it, such as `24m`. @throws where the process may not mount */
  static mount(size: string): SmallDisk {
    const folder = mkdtempSync(join(tmpdir(), 'thaw-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    } catch (thrown) {
      rmSync(folder, { recursive: true });
      throw thrown;
    }
    writeFileSync(join(folder, 'filler'), '');
    return new SmallDisk(folder);
  }

  static isPossible(): boolean {
    try {
      SmallDisk.mount('1m').unmount();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Takes all the space there is, also what has come free since the last call. Whole blocks only: one that comes free
   * meanwhile, while another process writes, is taken in one piece, not byte by byte.
   */
  async fill(): Promise<void> {
    const filler = await open(join(this.folder, 'filler'), 'a');
    const block = Buffer.alloc(FILL_BYTES);
    try {
      while ((await writtenOf(filler, block)) > 0);
    } finally {
      await filler.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.folder, 'filler'));
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]); // gone from the tree at once, whatever a failed test left open in it
    rmSync(this.folder, { recursive: true });
  }
}

/** How much of the block the disk took; 0 where it is full. */
async function writtenOf(file: FileHandle, block: Buffer): Promise<number> {
  try {
    return (await file.write(block)).bytesWritten;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
    return 0;
  }
}
