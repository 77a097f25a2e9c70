import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draft, writeFiles } from '../testing.fixture.js';
import { writeVectors } from '../vectors.js';
import { DirectoryBundleStore } from './directory-bundle-store.js';

/** A disk of that size in memory, or undefined where the process may not mount one. */
function mountDisk(size: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

function unmountDisk(folder: string): void {
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
}

const probe = mountDisk('1m');
if (probe !== undefined) unmountDisk(probe);
const onDisk = probe === undefined ? describe.skip : describe;

onDisk(`a small disk${probe === undefined ? ' (skipped: this process may not mount a tmpfs)' : ''}`, () => {
  test('that is full refuses with the way out, shows nothing, and takes the bundle once there is space', async () => {
    const disk = mountDisk('256k')!;
    try {
      const store = await DirectoryBundleStore.open(join(disk, 'bundles'));
      const full = {
        code: 'BUNDLE_STORE_UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/disk is full/),
      };

      const staged = await store.stage('v000001');
      const counts = { products: 65_536, sellers: 0 };
      const zeros = { products: new Float32Array(262_144), sellers: new Float32Array(), candidates: new Uint32Array() };
      await expect(writeVectors(staged.folder, { dimensions: 4, counts, ...zeros })).rejects.toMatchObject(full);
      expect(await readdir(staged.folder)).toEqual([]);

      await writeFiles(staged.folder);
      await writeFile(join(disk, 'filler'), new Uint8Array(1 << 20)).catch(() => undefined);
      await expect(staged.publish(draft())).rejects.toMatchObject(full);
      expect(await store.list()).toEqual([]);

      rmSync(join(disk, 'filler'));
      await staged.publish(draft());
      await (await store.open('v000001')).readVectors();

      execFileSync('mount', ['-o', 'remount,ro', disk]);
      await expect(store.stage('v000002')).rejects.toMatchObject({
        ...full,
        message: expect.stringMatching(/read-only/),
      });
      expect(await (await DirectoryBundleStore.open(store.root, { readOnly: true })).list()).toHaveLength(1);
    } finally {
      unmountDisk(disk);
    }
  });
});
