import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testBroker } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { TrainerFixture } from '../support/trainer-fixture.js';
import type { TrainerProcess } from '../support/trainer-process.js';
import { Shop } from './shop.js';

const { RunKind, RunState } = operator;

const shop = new Shop();
let fixture: TrainerFixture;
let trainer: TrainerProcess;

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  fixture = await TrainerFixture.create(bootstrap, 'trainer-network', [...shop.opening(), ...shop.listings(480)]);
  trainer = await fixture.start({
    THAW_TRAINER_NETWORK: 'on',
    THAW_TRAINER_NETWORK_SECONDS: '8',
    THAW_TENSOR_BACKEND: 'wasm',
  });
}, 180_000);

afterAll(async () => {
  await fixture.close();
});

const workFolder = (): string => join(fixture.graph.dataDir, 'trainer', 'work');
const checkpoints = (): string[] =>
  existsSync(workFolder())
    ? readdirSync(workFolder()).filter((run) => existsSync(join(workFolder(), run, 'network.checkpoint')))
    : [];

describe('a run that trains the network', () => {
  test('killed in the middle of it, goes on from its checkpoint, and leaves nothing behind', async () => {
    const pid = await eventually(() => {
      const [run] = trainer.runs;
      return Promise.resolve(checkpoints().length > 0 ? run : undefined);
    }, 'the training has a checkpoint');
    process.kill(pid, 'SIGKILL');
    await eventually(async () => await trainer.serving(), 'a version serves');
    expect(trainer.log).toMatch(/the training goes on from its checkpoint \(choice \d/);
    expect(trainer.log).toMatch(/the network runs on wasm/);
    expect(trainer.log).toMatch(/training: .*steps\/s on wasm/);
    await eventually(() => Promise.resolve(readdirSync(workFolder()).length === 0 ? true : undefined), 'it is gone');
  });

  test('puts the figures of both models and the curves into the bundle', async () => {
    const { version, recallAt100 } = (await trainer.serving())!;
    const bundle = await (await fixture.bundles()).open(version);
    const { metrics, settings } = bundle.manifest;
    expect(metrics['channelsRecallAt100']).toBeGreaterThan(0.6);
    expect(metrics['networkRecallAt100']).toBeGreaterThan(0.6);
    const network = settings['network'] as { kept: boolean; backend: string; tried: unknown[]; steps: number };
    expect(network).toMatchObject({ backend: 'wasm' });
    expect(network.tried.length).toBeGreaterThan(1);
    expect(network.steps).toBeGreaterThan(0);
    const served = network.kept ? metrics['networkRecallAt100'] : metrics['channelsRecallAt100'];
    expect(recallAt100).toBeCloseTo(served!, 6);
    expect(bundle.has('network.safetensors')).toBe(network.kept);
    const curves = JSON.parse(readFileSync(bundle.path('curves.json'), 'utf8')) as Record<string, [number, number][]>;
    expect(curves['recall']![0]![0]).toBe(0);
    expect(curves['loss']!.every(([step, loss]) => step > 0 && loss > 0)).toBe(true);
    expect(readFileSync(bundle.path('curves.svg'), 'utf8')).toMatch(/^<svg/);
    const card = readFileSync(bundle.path('card.md'), 'utf8');
    expect(card).toMatch(/## Trained network\n\n\*\*(Kept|Not in this version)\*\*: Recall@100 [+−]/);
    expect(card).toContain('![loss and validation over the steps](curves.svg)');
  });

  test('tells its loss, recall, speed and time while it is under way', async () => {
    await fixture.feed(shop.listings(40));
    const said = await trainer.watch(await trainer.startRun(RunKind.FULL));
    expect(said.at(-1)).toMatchObject({ state: RunState.PUBLISHED });
    const training = said.filter(({ stage }) => stage === 'train').map(({ message }) => message);
    expect(training).toContainEqual(
      expect.stringMatching(
        /^stretch \d of 4, step \d+, loss \d.*, validation Recall@100 [01]\.\d+, [\d.]+ steps\/s on wasm, \d+ s left$/,
      ),
    );
    const metrics = await trainer.metrics();
    expect(metrics).toMatch(/^thaw_trainer_network_loss \d/m);
    expect(metrics).toMatch(/^thaw_trainer_network_steps_per_second [\d.]+$/m);
    expect(metrics).toMatch(/^thaw_trainer_network_backend\{backend="wasm"\} 1$/m);
    const progress = said.map((now) => now.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });
});
