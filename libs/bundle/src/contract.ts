import { beforeEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleStore, StagedBundle } from './port.js';
import { draft, IDS, VECTORS, writeFiles } from './testing.fixture.js';

/** What every adapter of the port promises. Call it within a spec. */
export function bundleStoreContract(name: string, open: () => Promise<BundleStore>): void {
  describe(`${name} keeps the contract of a bundle store`, () => {
    let store: BundleStore;

    beforeEach(async () => {
      store = await open();
    });

    async function stage(version: string): Promise<StagedBundle> {
      const staged = await store.stage(version);
      await writeFiles(staged.folder);
      return staged;
    }

    async function publish(version: string, changes: Parameters<typeof draft>[0] = {}): Promise<void> {
      await (await stage(version)).publish(draft(changes));
    }

    const versions = async (): Promise<string[]> => (await store.list()).map(({ version }) => version);

    test('a fresh store is empty', async () => {
      expect(await store.list()).toEqual([]);
      expect(await store.nextVersion()).toBe('v000001');
      expect(await store.remove('v000001')).toBe(false);
      await expect(store.open('v000001')).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
    });

    test('what is published is read again', async () => {
      const staged = await stage('v000001');
      const manifest = await staged.publish(draft({ parent: 'v000000', kind: 'fine-tune' }));
      const bundle = await store.open('v000001');
      expect(bundle.manifest).toEqual(manifest);
      expect(manifest).toMatchObject({
        schemaVersion: 1,
        version: 'v000001',
        ...draft({ parent: 'v000000', kind: 'fine-tune' }),
      });
      expect(await bundle.readVectors()).toEqual(VECTORS);
      const { products, sellers } = await bundle.readIds();
      expect({ products: products.ids, sellers: sellers.ids }).toEqual(IDS);
      expect(bundle.has('card.md')).toBe(true);
      expect(await store.list()).toEqual([{ version: 'v000001', manifest }]);
    });

    test('a staging is invisible until it is published, and gone after it is discarded', async () => {
      const staged = await stage('v000001');
      expect(await store.list()).toEqual([]);
      await expect(store.open('v000001')).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
      await staged.discard();
      await staged.discard();
      expect(await store.list()).toEqual([]);
      await publish('v000001');
      expect(await versions()).toEqual(['v000001']);
    });

    test('a name is taken once, also by two who stage it at the same time', async () => {
      const [first, second] = [await stage('v000001'), await stage('v000001')];
      await first.publish(draft({ graphSequence: 1 }));
      await expect(second.publish(draft({ graphSequence: 2 }))).rejects.toMatchObject({ code: 'BUNDLE_EXISTS' });
      await expect(store.stage('v000001')).rejects.toMatchObject({ code: 'BUNDLE_EXISTS' });
      await second.discard();
      expect((await store.open('v000001')).manifest.graphSequence).toBe(1);
    });

    test.each(['', 'v1', '../v000001', 'v000001/..', 'v0000001', 'latest'])('%j is no name', async (version) => {
      await expect(store.stage(version)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
      await expect(store.open(version)).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
      expect(await store.remove(version)).toBe(false);
    });

    test('what does not fit together is not published, and can be published once it does', async () => {
      const staged = await stage('v000001');
      const counts = { products: 3, sellers: 2, candidates: 2 };
      for (const [changes, reason] of [
        [{ counts: { ...counts, products: 4 } }, /"products" is \[3, 4\] where the manifest says \[4, 4\]/],
        [{ counts: { ...counts, sellers: 1 } }, /"sellers" is \[2, 4\]/],
        [{ counts: { ...counts, candidates: 3 } }, /"candidates" is \[2\]/],
        [{ index: { kind: 'hnsw', m: 16, efConstruction: 200, efSearch: 100 } }, /lacks index.hnsw/],
        [{ settings: { ...draft().settings, dimensions: 5 } }, /must be the sum of the channels' dimensions/],
        [{ settings: { ...draft().settings, note: 'x'.repeat(1 << 20) } }, /longer than 1048576 bytes/],
        [{ metrics: { ...draft().metrics, recallAt100: NaN } }, /metrics: recallAt100/],
      ] as const) {
        const refused = { code: 'BUNDLE_INVALID', message: expect.stringMatching(reason) };
        await expect(staged.publish(draft(changes))).rejects.toMatchObject(refused);
        expect(await store.list()).toEqual([]);
      }
      await staged.publish(draft());
      expect(await versions()).toEqual(['v000001']);
    });

    test('names rise, and one that was given before is not given again', async () => {
      await publish('v000001');
      await publish('v000009');
      expect(await store.nextVersion()).toBe('v000010');
      expect(await store.nextVersion(['v000011', 'nonsense', 'v000003'])).toBe('v000012');
      await publish('v1000000');
      expect(await versions()).toEqual(['v000001', 'v000009', 'v1000000']);
    });

    test('removed is gone, and readers of it are told so', async () => {
      await publish('v000001');
      const bundle = await store.open('v000001');
      expect(await store.remove('v000001')).toBe(true);
      expect(await store.remove('v000001')).toBe(false);
      expect(await store.list()).toEqual([]);
      await expect(bundle.readVectors()).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
    });

    test('pruning keeps the newest, what is named, and what was rejected lately', async () => {
      const rejected = { gate: { passed: false, reason: 'worse than the serving one' } };
      await publish('v000001');
      await publish('v000002');
      await publish('v000003', { ...rejected, createdAtMs: 1000 });
      await publish('v000004', { ...rejected, createdAtMs: 5000 });
      await publish('v000005');
      await publish('v000006');
      const policy = { keepNewest: 2, keep: ['v000001'], keepRejectedMs: 5000, nowMs: 6000 };
      expect(await store.prune(policy)).toEqual(['v000002', 'v000003']);
      expect(await versions()).toEqual(['v000001', 'v000004', 'v000005', 'v000006']);
      expect(await store.prune(policy)).toEqual([]);
    });

    test('a bundle has only the files that its manifest lists', async () => {
      await publish('v000001');
      const bundle = await store.open('v000001');
      for (const name of ['manifest.json', '../v000001/card.md', 'none', '__proto__']) {
        expect(bundle.has(name)).toBe(false);
        expect(() => bundle.path(name)).toThrow(expect.objectContaining({ code: 'BUNDLE_INVALID' }));
        await expect(bundle.openTensors(name)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
        await expect(bundle.readIdFile(name)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
      }
    });

    test('the manifest, and one small file, are read without the rest', async () => {
      const staged = await stage('v000001');
      await writeFile(join(staged.folder, 'curves.json'), '{"loss":[]}');
      const manifest = await staged.publish(draft());
      expect(await store.manifest('v000001')).toEqual(manifest);
      const read = async (name: string, maxBytes: number) => await store.readFile('v000001', name, maxBytes);
      expect(String(Buffer.from((await read('curves.json', 11))!))).toBe('{"loss":[]}');
      await expect(read('curves.json', 10)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
      expect(await read('none.json', 100)).toBeUndefined();
      expect(await read('../v000001/card.md', 1e6)).toBeUndefined();
      for (const name of ['v000002', '..', '']) {
        await expect(store.manifest(name)).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
        await expect(store.readFile(name, 'card.md', 1e6)).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
      }
    });

    test('opening can be given up', async () => {
      await publish('v000001');
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(store.open('v000001', { signal })).rejects.toThrow('enough');
    });
  });
}
