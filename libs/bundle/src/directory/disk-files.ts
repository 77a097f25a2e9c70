import { ThawError } from '@thaw/contracts';
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, diskFailure } from '../disk-failure.js';
import type { BundleFiles, ByteSource } from '../files.js';
import { invalid } from '../invalid.js';

/** No link is followed out of the bundle, and a pipe is seen for what it is instead of waited for. */
const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export const notFound = (version: string, root: string): ThawError =>
  new ThawError('BUNDLE_NOT_FOUND', `There is no bundle ${JSON.stringify(version)} in ${root}: list those that are.`, {
    details: { version },
  });

/** Waited for before so many bytes of a file are read. */
export type BeforeRead = (bytes: number) => Promise<void> | undefined;

/** The files of a bundle in a folder. */
export class DiskFiles implements BundleFiles {
  /** @param missing what to throw where the whole folder is gone */
  constructor(
    private readonly folder: string,
    readonly label: string,
    private readonly missing: () => ThawError,
    private readonly beforeRead?: BeforeRead,
  ) {}

  async open(name: string): Promise<ByteSource> {
    const label = `${name} of ${this.label}`;
    let handle: FileHandle;
    try {
      handle = await open(join(this.folder, name), PLAIN);
    } catch (thrown) {
      throw await this.refusal(label, thrown);
    }
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw invalid(label, 'it is no plain file');
      return new DiskSource(label, found.size, handle, this.beforeRead);
    } catch (thrown) {
      await handle.close();
      throw diskFailure(`read ${label}`, thrown);
    }
  }

  private async refusal(label: string, thrown: unknown): Promise<unknown> {
    const code = codeOf(thrown);
    if (code === 'ELOOP') return invalid(label, 'it is a link', thrown);
    if (code === 'ENOTDIR') return invalid(this.label, 'it is no folder', thrown);
    if (code !== 'ENOENT') return diskFailure(`read ${label}`, thrown);
    const isThere = await stat(this.folder).then(
      () => true,
      () => false,
    );
    return isThere ? invalid(label, 'it is missing', thrown) : this.missing();
  }
}

class DiskSource implements ByteSource {
  constructor(
    readonly name: string,
    readonly size: number,
    private readonly handle: FileHandle,
    private readonly beforeRead: BeforeRead | undefined,
  ) {}

  async read(target: Uint8Array, position: number): Promise<void> {
    await this.beforeRead?.(target.length);
    for (let at = 0; at < target.length;) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await this.handle.read(target, at, target.length - at, position + at));
      } catch (thrown) {
        throw diskFailure(`read ${this.name}`, thrown);
      }
      if (bytesRead === 0) throw invalid(this.name, 'it ends before its last byte');
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
