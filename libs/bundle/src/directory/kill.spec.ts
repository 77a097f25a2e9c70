import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { draft, temporaryFolders, writeFiles } from '../testing.fixture.js';
import { compareVersions } from '../version-name.js';
import { DirectoryBundleStore } from './directory-bundle-store.js';
import type { StoreStep } from './staged-directory.js';

const newFolder = temporaryFolders();
const PROGRAM = fileURLToPath(new URL('../../test/kill-at-step.mjs', import.meta.url));
const RANDOM_KILLS = 6;

const start = (root: string, action: string, step: string) =>
  spawn(process.execPath, [PROGRAM, root, action, step, JSON.stringify(draft())], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** What a reader sees, each bundle read to its end: the versions. Fails where one is not whole. */
async function wholeVersions(root: string, readOnly: boolean): Promise<string[]> {
  const store = await DirectoryBundleStore.open(root, { readOnly });
  const versions: string[] = [];
  for (const { version, broken } of await store.list()) {
    expect(broken).toBeUndefined();
    const bundle = await store.open(version);
    await bundle.readVectors();
    await bundle.readIds();
    versions.push(version);
  }
  return versions;
}

async function killAt(action: string, step: StoreStep): Promise<string> {
  const root = await newFolder();
  const staged = await (await DirectoryBundleStore.open(root)).stage('v000001');
  await writeFiles(staged.folder);
  await staged.publish(draft());
  const [, signal] = (await once(start(root, action, step), 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return root;
}

describe('kill -9', () => {
  test.each<[string, StoreStep, readonly string[]]>([
    ['publish', 'staged', ['v000001']],
    ['publish', 'files-synced', ['v000001']],
    ['publish', 'card-written', ['v000001']],
    ['publish', 'manifest-written', ['v000001']],
    ['publish', 'folder-synced', ['v000001']],
    ['publish', 'shown', ['v000001', 'v000002']],
    ['publish', 'shown-for-good', ['v000001', 'v000002']],
    ['remove', 'hidden', []],
    ['remove', 'hidden-for-good', []],
  ])(
    'in %s after "%s" leaves whole bundles, and the next start leaves nothing else',
    async (action, step, versions) => {
      const root = await killAt(action, step);
      expect(await wholeVersions(root, true)).toEqual(versions);
      const wasStrewn = (await readdir(root)).length > versions.length;
      expect(wasStrewn).toBe(!step.startsWith('shown'));
      expect(await wholeVersions(root, false)).toEqual(versions);
      expect((await readdir(root)).sort()).toEqual(versions);
    },
  );

  test(`at any time, ${RANDOM_KILLS} times: what was acknowledged is whole, nothing is half there`, async () => {
    const root = await newFolder();
    let acknowledged: string | undefined;
    for (let kill = 0; kill < RANDOM_KILLS; kill++) {
      const child = start(root, 'publish', 'none');
      const exited = once(child, 'exit');
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = line;
        // Some bundles in, then after 0 to 30 ms: anywhere in the next one, or in the removal of an old one.
        if (++lines === 2 + (kill % 3)) setTimeout(() => child.kill('SIGKILL'), (kill * 7919) % 31);
      }
      await exited;
      const versions = await wholeVersions(root, false);
      expect(versions).toContain(acknowledged);
      // At most the one that was under way.
      expect(versions.filter((each) => compareVersions(each, acknowledged!) > 0).length).toBeLessThanOrEqual(1);
      expect(await readdir(root)).toHaveLength(versions.length);
    }
  });
});
