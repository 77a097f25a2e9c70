import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
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

  /** Takes all the space there is, also what has come free since the last call. */
  async fill(): Promise<void> {
    const filler = await open(join(this.folder, 'filler'), 'a');
    try {
      for (let bytes = FILL_BYTES; bytes >= 1;) {
        const written = await filler.write(Buffer.alloc(bytes)).then(
          ({ bytesWritten }) => bytesWritten,
          (error: unknown) => {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
            return 0;
          },
        );
        if (written < bytes) bytes = Math.floor(bytes / 16);
      }
    } finally {
      await filler.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.folder, 'filler'));
  }

  unmount(): void {
    execFileSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}
