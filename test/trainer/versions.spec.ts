import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import { testBroker } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { TrainerFixture } from '../support/trainer-fixture.js';
import type { TrainerProcess } from '../support/trainer-process.js';
import { productEvent, sellerId } from '../main-job/market.js';
import { foundProduct, Shop } from './shop.js';

const { RunKind, RunState, VersionState } = operator;
const NEW_PRODUCT = 'candle-new';

const shop = new Shop();
let fixture: TrainerFixture;
let trainer: TrainerProcess;

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  fixture = await TrainerFixture.create(bootstrap, 'trainer', [...shop.opening(), ...shop.listings(960)]);
  trainer = await fixture.start();
}, 180_000);

afterAll(async () => {
  await fixture.close();
});

const served = () => eventually(async () => await trainer.serving(), 'a version serves');
const open = async (version: string) => await (await fixture.bundles()).open(version);

/** The run's last word. */
async function done(runId: string) {
  return (await trainer.watch(runId)).at(-1)!;
}

describe('versions', () => {
  test('the first comes by itself, and is a bundle of the whole graph', async () => {
    const { version, parent, recallAt100 } = await served();
    expect([version, parent]).toEqual(['v000001', '']);
    const { manifest, ...bundle } = await open(version);
    expect(manifest).toMatchObject({ kind: 'full', gate: { passed: true }, metrics: { recallAt100 } });
    // A hundred of four hundred at random find a quarter.
    expect(recallAt100).toBeGreaterThan(0.6);
    expect(bundle.version).toBe(version);
    const { products, sellers } = await (await open(version)).readIds();
    expect(sellers.has(sellerId(3, 0))).toBe(true);
    expect(manifest.counts).toMatchObject({ products: products.size, sellers: sellers.size });
    expect(trainer.log).toMatch(/"stage":"embed","progress":0\.\d+,"etaSeconds":[\d.]+/);
    const [record] = await fixture.announced();
    expect(record).toMatchObject({ version, state: VersionState.SERVING, graphSequence: manifest.graphSequence });
  });

  test('a product that customers find is embedded within the version, near the sellers that it suits', async () => {
    const { version } = await served();
    await fixture.feed(foundProduct(NEW_PRODUCT));
    const embedding = await fixture.embeddingOf(`product:${NEW_PRODUCT}`);
    expect(embedding.version).toBe(version);
    const bundle = await open(version);
    const [{ sellers: ids }, { sellers, dimensions }] = [await bundle.readIds(), await bundle.readVectors()];
    const scoreFor = (id: string): number => {
      const row = ids.get(id)!;
      return sellers
        .subarray(row * dimensions, (row + 1) * dimensions)
        .reduce((sum, value, i) => sum + value * embedding.vector![i]!, 0);
    };
    expect(embedding.vector).toHaveLength(dimensions);
    expect(scoreFor(sellerId(0, 1))).toBeGreaterThan(scoreFor(sellerId(2, 1)));
  });

  test('a fine-tune goes on from it with its settings, and what came since is embedded when it is announced', async () => {
    await served();
    await fixture.feed(shop.listings(40));
    const runId = await trainer.startRun(RunKind.FINE_TUNE, 'fine-tune-1');
    expect(await trainer.startRun(RunKind.FINE_TUNE, 'fine-tune-1')).toBe(runId);
    const said = await trainer.watch(runId);
    expect(said.at(-1)).toMatchObject({ state: RunState.PUBLISHED, progress: 1 });
    const progress = said.map((now) => now.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    const [second] = await trainer.versions();
    expect(second).toMatchObject({ version: 'v000002', parent: 'v000001', state: VersionState.SERVING });
    const [first, next] = await Promise.all([open('v000001'), open('v000002')]);
    expect(next.manifest.kind).toBe('fine-tune');
    const settingsOf = ({ manifest }: typeof first) => (manifest.settings['learned'] as { settings: unknown }).settings;
    expect(settingsOf(next)).toEqual(settingsOf(first));
    await fixture.feed(shop.listings(4));
    const listed = await eventually(
      async () => (await fixture.embeddings()).findLast((each) => each.version === 'v000002'),
      'a node is embedded within the new version',
    );
    expect(listed.vector).toHaveLength(next.manifest.settings.dimensions);
  });

  test('a product that is gone is gone from the embeddings', async () => {
    await fixture.feed([productEvent(NEW_PRODUCT, 1_700_100_000_000, 'removed')]);
    await eventually(
      async () => ((await fixture.embeddingOf(`product:${NEW_PRODUCT}`)).vector === null ? true : undefined),
      'the tombstone is there',
    );
  });

  test('the gate rejects a version that is worse than the one that serves, and keeps it with the reason', async () => {
    const before = await served();
    // What it learns from is the opposite of what it is then measured on.
    await fixture.feed([...shop.listings(168, 2), ...shop.listings(72)]);
    const last = await done(await trainer.startRun(RunKind.FINE_TUNE));
    expect(last.state).toBe(RunState.REJECTED);
    const [rejected] = await trainer.versions();
    expect(rejected).toMatchObject({ parent: before.version, state: VersionState.REJECTED });
    expect(rejected!.rejectedBecause).toMatch(/worse/);
    expect(await trainer.serving()).toMatchObject({ version: before.version });
    const { manifest } = await open(rejected!.version);
    expect(manifest.gate).toEqual({ passed: false, reason: rejected!.rejectedBecause });
    expect(manifest.metrics.recallAt100!).toBeLessThan(manifest.metrics.servingRecallAt100!);
  });
});

describe('an operator', () => {
  test('goes back to the version before, which stays until it is released', async () => {
    const { version: newest } = await served();
    const { version: back } = await trainer.call('rollback', { commandId: 'rollback-1', reason: 'test' });
    expect(back).toMatchObject({ version: 'v000001', state: VersionState.SERVING, pinned: true });
    const again = await trainer.call('rollback', { commandId: 'rollback-1', reason: 'test' });
    expect(again.version).toMatchObject({ version: 'v000001' });
    expect(await trainer.serving()).toMatchObject({ version: 'v000001', pinned: true });
    await eventually(
      async () => ((await fixture.embeddings()).at(-1)?.version === 'v000001' ? true : undefined),
      'nodes are embedded for the version that is served again',
    );
    const { version: released } = await trainer.call('releasePin', { commandId: '', reason: '' });
    expect(released).toMatchObject({ version: newest, state: VersionState.SERVING, pinned: false });
    const records = await fixture.announced();
    expect(records.findLast(({ state }) => state === VersionState.SERVING)).toMatchObject({ version: newest });
  });

  test('serves a rejected version only with a reason', async () => {
    const [rejected] = (await trainer.versions()).filter(({ state }) => state === VersionState.REJECTED);
    const activate = (promoteReason: string) =>
      trainer.call('activateVersion', { commandId: '', version: rejected!.version, promoteReason, reason: '' });
    await expect(activate('')).rejects.toThrow(rejected!.version);
    const { version } = await activate('it was a holiday');
    expect(version).toMatchObject({ version: rejected!.version, state: VersionState.SERVING, pinned: true });
    await trainer.call('activateVersion', { commandId: '', version: 'v000002', promoteReason: '', reason: '' });
    await expect(
      trainer.call('activateVersion', { commandId: '', version: 'v000099', promoteReason: '', reason: '' }),
    ).rejects.toThrow('v000099');
  });

  test('finds all of it again after a restart', async () => {
    const before = await trainer.versions();
    await trainer.call('setFineTunesPaused', { commandId: 'pause-1', paused: true, reason: 'test' });
    await trainer.kill('SIGKILL');
    trainer = await fixture.start();
    expect(await trainer.versions()).toEqual(before);
    expect(await trainer.metrics()).toMatch(/^thaw_trainer_fine_tunes_paused 1$/m);
    expect(await trainer.serving()).toMatchObject({ version: 'v000002', pinned: true });
    const again = await trainer.call('rollback', { commandId: 'rollback-1', reason: 'test' });
    expect(again.version).toMatchObject({ version: 'v000001' });
    expect(await trainer.serving()).toMatchObject({ version: 'v000002' });
  });
});
