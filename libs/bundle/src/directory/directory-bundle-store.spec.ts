import { beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { bundleStoreContract } from '../contract.js';
import { writeSafetensors } from '../safetensors/writer.js';
import { draft, HNSW, temporaryFolders, writeFiles } from '../testing.fixture.js';
import { DirectoryBundleStore } from './directory-bundle-store.js';
import { ownIdentity } from './process-identity.js';

const newFolder = temporaryFolders();

bundleStoreContract('a folder', async () => DirectoryBundleStore.open(join(await newFolder(), 'bundles')));

describe('a folder of bundles', () => {
  let root: string;
  let store: DirectoryBundleStore;

  beforeEach(async () => {
    root = await newFolder();
    store = await DirectoryBundleStore.open(root);
  });

  async function publish(version: string, withIndex = false): Promise<string> {
    const staged = await store.stage(version);
    await writeFiles(staged.folder, withIndex);
    await staged.publish(draft(withIndex ? { index: HNSW } : {}));
    return join(root, version);
  }

  const refused = (reason: RegExp) => ({ code: 'BUNDLE_INVALID', message: expect.stringMatching(reason) });

  test('holds exactly the files of the manifest, the index at its path, and a card for people', async () => {
    const folder = await publish('v000001', true);
    const bundle = await store.open('v000001');
    const names = ['card.md', 'index.hnsw', 'manifest.json', 'products.ids', 'sellers.ids', 'vectors.safetensors'];
    expect((await readdir(folder)).sort()).toEqual(names);
    expect(bundle.path('index.hnsw')).toBe(join(folder, 'index.hnsw'));
    expect(await readFile(join(folder, 'card.md'), 'utf8')).toContain('# Version v000001');
    expect(await readdir(root)).toEqual(['v000001']);
  });

  test('layer states, their ids and a picture for the card travel with the bundle', async () => {
    const staged = await store.stage('v000001');
    await writeFiles(staged.folder);
    const data = Float32Array.of(1, 2, 3, 4);
    await writeSafetensors(join(staged.folder, 'states.safetensors'), [
      { name: 'h0', dtype: 'F32', shape: [2, 2], data },
    ]);
    await writeFile(join(staged.folder, 'curves.svg'), '<svg/>');
    await staged.publish(draft(), [{ title: 'Training', markdown: '![curves](curves.svg)' }]);
    const bundle = await store.open('v000001');
    const states = await bundle.openTensors('states.safetensors');
    expect(await states.readFloat32('h0')).toEqual(data);
    await states.close();
    expect(await readFile(bundle.path('card.md'), 'utf8')).toContain('## Training\n\n![curves](curves.svg)\n');
    expect(await readFile(bundle.path('curves.svg'), 'utf8')).toBe('<svg/>');
  });

  test('a single file is read only with the sha256 of its manifest', async () => {
    const folder = await publish('v000001');
    const card = await readFile(join(folder, 'card.md'));
    await writeFile(
      join(folder, 'card.md'),
      card.map((byte) => byte ^ 1),
    );
    await expect(store.readFile('v000001', 'card.md', 1e6)).rejects.toMatchObject(refused(/sha256/));
    await truncate(join(folder, 'card.md'), 10);
    await expect(store.readFile('v000001', 'card.md', 1e6)).rejects.toMatchObject(refused(/10 bytes/));
  });

  test('broken bundles are listed with the reason, and refused', async () => {
    for (const n of [1, 2, 3, 4, 5]) await publish(`v00000${n}`);
    await rm(join(root, 'v000001/manifest.json'));
    await truncate(join(root, 'v000002/vectors.safetensors'), 100);
    await rm(join(root, 'v000003/sellers.ids'));
    await appendFile(join(root, 'v000004/manifest.json'), ' ');
    await mkdir(join(root, 'v000006'));
    await writeFile(join(root, 'v000007'), 'no folder');
    const reasons = [
      /manifest.json of the bundle v000001 cannot be used: it is missing/,
      /vectors.safetensors .* it has 100 bytes where its manifest says/,
      /sellers.ids .* it is missing/,
      /manifest.json .* does not have the sha256/,
      undefined,
      /manifest.json .* it is missing/,
      /the bundle v000007 cannot be used: it is no folder/,
    ];
    const listed = await store.list();
    expect(listed.map(({ version, manifest }) => [version, manifest !== undefined])).toEqual(
      reasons.map((reason, i) => [`v00000${i + 1}`, reason === undefined]),
    );
    for (const [i, { version, broken }] of listed.entries()) {
      const reason = reasons[i];
      if (!reason) continue;
      expect(broken).toMatch(reason);
      await expect(store.open(version)).rejects.toMatchObject(refused(reason));
    }
    expect(await store.nextVersion()).toBe('v000008');
    const all = { keepNewest: 1, keep: [], keepRejectedMs: 0, nowMs: Date.now() + 1000 };
    expect(await store.prune(all)).toEqual(['v000001', 'v000002', 'v000003', 'v000004', 'v000006']);
  });

  test('one changed bit is found by its file, in whichever file it is', async () => {
    const folder = await publish('v000001', true);
    for (const name of await readdir(folder)) {
      const whole = await readFile(join(folder, name));
      const changed = Buffer.from(whole);
      changed[whole.length >> 1]! ^= 4;
      await writeFile(join(folder, name), changed);
      await expect(store.open('v000001')).rejects.toMatchObject(refused(new RegExp(`^${name} .* sha256`)));
      await writeFile(join(folder, name), whole);
    }
    await store.open('v000001');
  });

  test('links, pipes and folders are not taken for files', async () => {
    const folder = await publish('v000001');
    const path = join(folder, 'sellers.ids');
    await rename(path, join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), path);
    await expect(store.open('v000001')).rejects.toMatchObject(refused(/sellers.ids .* it is a link/));
    await rm(path);
    execFileSync('mkfifo', [path]);
    await expect(store.open('v000001')).rejects.toMatchObject(refused(/sellers.ids .* it is no plain file/));
    await rm(path);
    await mkdir(path);
    await expect(store.open('v000001')).rejects.toMatchObject(refused(/sellers.ids .* it is no plain file/));
  });

  test('a folder renamed to another version is refused', async () => {
    await rename(await publish('v000001'), join(root, 'v000002'));
    await expect(store.open('v000002')).rejects.toMatchObject(refused(/it is the manifest of v000001/));
  });

  test.each(['Upper.ids', '.hidden', 'a b'])('a staged file called %j is refused', async (name) => {
    const staged = await store.stage('v000001');
    await writeFiles(staged.folder);
    await writeFile(join(staged.folder, name), '');
    await expect(staged.publish(draft())).rejects.toMatchObject(refused(/is no name/));
    expect(await store.list()).toEqual([]);
  });

  test('opening removes what the dead left, and nothing of the living', async () => {
    const staged = await store.stage('v000001');
    const random = '0123456789ab';
    const [pid, , place] = ownIdentity().split('.') as [string, string, string];
    const old = new Date(Date.now() - 25 * 3600 * 1000);
    const make = async (name: string, atTime?: Date): Promise<string> => {
      await mkdir(join(root, name));
      await writeFile(join(root, name, 'vectors.safetensors'), '');
      if (atTime) await utimes(join(root, name), atTime, atTime);
      return join(root, name);
    };
    const dead = [
      await make(`.staging-v000001-${pid}.1.${place}-${random}`), // the number of this process, given again
      await make(`.staging-v000002-4999999.7.${place}-${random}`),
      await make(`.staging-v000003-1.1.ffffffffffff-${random}`, old),
      await make(`.removed-v000004-${random}`),
    ];
    const others = [
      await make(`.staging-v000003-1.1.ffffffffffff-aaaaaaaaaaaa`), // of a machine that cannot be asked, and young
      await make('lost+found', old),
    ];
    await DirectoryBundleStore.open(root, { readOnly: true });
    expect(dead.filter((path) => existsSync(path))).toEqual(dead);
    await DirectoryBundleStore.open(root);
    expect(dead.filter((path) => existsSync(path))).toEqual([]);
    expect([staged.folder, ...others].every((path) => existsSync(path))).toBe(true);
  });

  test('a reader may be there before the first writer, and makes nothing', async () => {
    const absent = join(root, 'absent');
    const reader = await DirectoryBundleStore.open(absent, { readOnly: true });
    expect(await reader.list()).toEqual([]);
    expect(existsSync(absent)).toBe(false);
  });

  test('a path that is no folder is refused with the way out', async () => {
    const path = join(root, 'file');
    await writeFile(path, '');
    const opening = DirectoryBundleStore.open(join(path, 'bundles'));
    await expect(opening).rejects.toMatchObject({
      code: 'BUNDLE_STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/Could not open the bundles in .*THAW_BUNDLE_DIR/),
    });
  });
});
