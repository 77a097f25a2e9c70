import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryBundleStore, FILES, writeSafetensors } from '@thaw/bundle';
import {
  DEFAULT_MODEL_SETTINGS,
  embed,
  type FoldedModel,
  type GraphCopy,
  type LearnedModel,
  type ModelContext,
  type ModelState,
  NetworkForward,
  propagateReference,
  replayOfGraph,
  StageTimes,
  trial,
} from '@thaw/waml';
import { publishBundle } from '../versions/publish.js';
import { CatalogueTexts } from './catalogue-texts.js';
import type { RunJob, RunOutcome } from './job.js';
import { readNetwork, writeModel, writeTraining } from './model-files.js';
import { NetworkStage, type NetworkStageResult, servedModel } from './network-stage.js';
import { learnedOf, outcomeOf } from './outcome.js';
import { servingParameters } from './serving-network.js';

const [PRODUCTS, SELLERS, TASTES, SEED] = [40, 12, 4, 1];
const VERSION = 'v000001';
const GATE = { recallTolerance: 1, minIndexRecall: 0 };
const RULE = { minCustomers: 1, maxListings: 100 };

/** Everybody keeps to the products of their number modulo {@link TASTES}. */
function shop(): ModelState {
  const ofTaste = (taste: number): number[] => Array.from({ length: PRODUCTS / TASTES }, (_, i) => taste + TASTES * i);
  const pairs = Array.from({ length: TASTES }, (_, taste) => ofTaste(taste)).flatMap((own) =>
    own.slice(1).map((product, i) => [own[i]!, product] as const),
  );
  // Round by round, each seller lists the next product of its taste: the order of time.
  const listings = Array.from({ length: 6 * SELLERS }, (_, i) => {
    const [seller, round] = [i % SELLERS, Math.floor(i / SELLERS)];
    return [seller, (seller % TASTES) + TASTES * ((seller + round) % (PRODUCTS / TASTES))] as const;
  });
  return {
    productIds: Array.from({ length: PRODUCTS }, (_, p) => `p${p}`),
    sellerIds: Array.from({ length: SELLERS }, (_, s) => `s${s}`),
    categoryIds: [],
    category: new Int32Array(PRODUCTS).fill(-1),
    customers: new Uint32Array(PRODUCTS).fill(10),
    listingCounts: Array.from({ length: PRODUCTS }, (_, p) => listings.filter(([, product]) => product === p).length),
    listings: {
      seller: listings.map(([seller]) => seller),
      product: listings.map(([, product]) => product),
      timeMs: listings.map((_, i) => i),
    },
    coInteractions: { first: pairs.map(([a]) => a), second: pairs.map(([, b]) => b), count: pairs.map(() => 3) },
    lowestCount: 3,
    candidates: Int32Array.from({ length: PRODUCTS }, (_, p) => p),
  };
}

const settings = { ...DEFAULT_MODEL_SETTINGS, dimensions: 16, coInteractionThreshold: 3 };
const { signal } = new AbortController();
const state = shop();
const copy: GraphCopy = {
  sequence: 1,
  state,
  texts: state.productIds.map((id) => ({ title: `thing ${id}`, description: '' })),
  rule: RULE,
  replayStartMs: undefined,
  past: undefined,
};
const texts = new CatalogueTexts(copy.texts);
const context: ModelContext = {
  seed: SEED,
  propagate: (...args) => Promise.resolve(propagateReference(...args)),
  encodeTexts: (dimensions, seed) => texts.encode(dimensions, seed),
};

let folder: string;
let bundleDir: string;
let stage: NetworkStage;
let result: NetworkStageResult;
let learned: LearnedModel;
let model: FoldedModel;
let outcome: RunOutcome;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-network-bundle-'));
  bundleDir = join(folder, 'bundles');
  await mkdir(bundleDir);
  await publishRun();
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** All of a run but its graph and its index, which here is the exact one. */
async function publishRun(): Promise<void> {
  const network = { mode: 'on', seconds: 1, folds: 1, backend: 'wasm' } as const;
  const job: RunJob = {
    kind: 'full',
    folder: '',
    graphAddress: '',
    serving: undefined,
    seed: SEED,
    vectorBytes: 0,
    stateBytes: 0,
    workers: 1,
    network,
    workFolder: join(folder, 'work'),
    bundleDir,
  };
  let ms = 0;
  const nowMs = (): number => (ms += 10); // a clock that counts its readings: as many steps on every machine
  stage = new NetworkStage(
    { kind: 'full', mode: 'on', settings, listings: state.listings.timeMs.length, serving: undefined },
    {
      settings: network,
      seed: SEED,
      workFolder: job.workFolder,
      servingParameters: undefined,
      nowMs,
      note: () => undefined,
      report: () => undefined,
      signal,
    },
  );
  await stage.open();
  const replay = replayOfGraph(state, { rule: RULE });
  const fitted = await trial(replay, settings, context, { networkInput: stage.input! });
  const said = await stage.run(replay, fitted, context);
  expect(said.trained!.steps).toBeGreaterThan(0);
  // So small a shop has too few listings for the gate to keep any network: what is tried here is the keeping.
  result = { ...said, isKept: true };
  learned = servedModel(fitted, result);
  const embedRows = stage.embedRows(learned.network!.settings, result.trained!.parameters)!;
  model = await embed(state, learned, context, { embedRows });
  const staged = await (await DirectoryBundleStore.open(bundleDir)).stage(VERSION);
  await writeModel(staged.folder, copy, model, signal);
  await writeTraining(staged.folder, result);
  const index = { settings: { kind: 'exact' }, path: null, bytes: 0, recallAt100: 1 } as const;
  const times = new StageTimes(nowMs);
  outcome = outcomeOf({ job, copy, fitted, learned, trained: result, model, index, times });
  await publishBundle(staged, outcome, GATE);
}

const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe('a network that a run kept', () => {
  test('comes back from the published bundle bit for bit, and embeds the same rows to the same vectors', async () => {
    const bundle = await (await DirectoryBundleStore.open(bundleDir, { readOnly: true })).open(VERSION);
    const again = learnedOf(bundle.manifest.settings);
    expect(again).toEqual(learned);
    const parameters = (await readNetwork(bundle, again))!;
    const kept = result.trained!.parameters;
    expect(parameters.map(({ name, shape }) => ({ name, shape }))).toEqual(
      kept.map(({ name, shape }) => ({ name, shape: [...shape] })),
    );
    parameters.forEach(({ values }, i) => expect(bytes(values).equals(bytes(kept[i]!.values))).toBe(true));

    // As the next run embeds the whole graph …
    const embedRows = stage.embedRows(again.network!.settings, parameters)!;
    const remade = await embed(state, again, context, { embedRows });
    const served = await bundle.readVectors();
    expect(remade.channels.at(-1)).toMatchObject({ name: 'network', dimensions: again.network!.settings.dimensions });
    expect(bytes(remade.products).equals(bytes(served.products))).toBe(true);
    expect(bytes(remade.sellers).equals(bytes(served.sellers))).toBe(true);

    // … and as single nodes are embedded between versions.
    const d = again.network!.settings.dimensions;
    const row = Float64Array.from({ length: d }, (_, i) => Math.sin(i) / Math.sqrt(d / 2));
    const [before, after] = [kept, parameters].map((of) => {
      const out = row.slice();
      new NetworkForward({ settings: again.network!.settings, parameters: of }).apply(out);
      return out;
    });
    expect(after).toEqual(before);
    expect(after).not.toEqual(row);
  });

  test('is given to the fine-tune that goes on from it', async () => {
    const serving = { version: VERSION, learned };
    const parameters = (await servingParameters({ serving, bundleDir }, signal))!;
    const kept = result.trained!.parameters;
    expect(parameters).toHaveLength(kept.length);
    parameters.forEach(({ values }, i) => expect(bytes(values).equals(bytes(kept[i]!.values))).toBe(true));
  });
});

describe('a bundle whose network is damaged', () => {
  const damaged = async (damage: (path: string) => Promise<void>): Promise<string> => {
    const elsewhere = await mkdtemp(join(folder, 'damaged-'));
    const { manifest } = await (await DirectoryBundleStore.open(bundleDir, { readOnly: true })).open(VERSION);
    await mkdir(join(elsewhere, VERSION));
    for (const name of [FILES.manifest, ...manifest.files.map((file) => file.name)]) {
      await copyFile(join(bundleDir, VERSION, name), join(elsewhere, VERSION, name));
    }
    await damage(join(elsewhere, VERSION, FILES.network));
    return elsewhere;
  };
  const flipLastBit = async (path: string): Promise<void> => {
    const content = await readFile(path);
    content[content.length - 1]! ^= 1;
    await writeFile(path, content);
  };

  test.each([
    ['one bit of a number', flipLastBit, /network\.safetensors of .*v000001.* cannot be used: .*sha256/],
    [
      'its end',
      (path: string) => truncate(path, 1000),
      /network\.safetensors of .*v000001.* cannot be used: .*1000 bytes/,
    ],
    ['all of it', (path: string) => rm(path), /network\.safetensors of .*v000001.* cannot be used: it is missing/],
  ])('by %s is refused with the file and the reason, and no run starts from it', async (_, damage, message) => {
    const dir = await damaged(damage);
    const store = await DirectoryBundleStore.open(dir, { readOnly: true });
    const opening = store.open(VERSION);
    await expect(opening).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
    await expect(opening).rejects.toThrow(message);
    expect(await servingParameters({ serving: { version: VERSION, learned }, bundleDir: dir }, signal)).toBeUndefined();
  });

  test('before it was published, so that its sha256 is right, is refused when the network is read', async () => {
    const store = await DirectoryBundleStore.open(bundleDir);
    const staged = await store.stage('v000002');
    await writeModel(staged.folder, copy, model, signal);
    const [lost, ...others] = result.trained!.parameters;
    const tensors = others.map(({ name, shape, values }) => ({ name, shape, dtype: 'F32' as const, data: values }));
    await writeSafetensors(join(staged.folder, FILES.network), tensors);
    await publishBundle(staged, outcome, GATE);
    const reading = readNetwork(await store.open('v000002'), learned);
    await expect(reading).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
    await expect(reading).rejects.toThrow('network.safetensors of');
    await expect(reading).rejects.toThrow(`it has no tensor "${lost!.name}"`);
  });
});
