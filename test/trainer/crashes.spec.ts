import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import { existsSync } from 'node:fs';
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
  fixture = await TrainerFixture.create(bootstrap, 'trainer-crash', [...shop.opening(), ...shop.listings(480)]);
  trainer = await fixture.start({ THAW_TRAINER_HANG: '5s', THAW_TRAINER_ATTEMPTS: '20' });
  await eventually(async () => await trainer.serving(), 'a version serves');
}, 180_000);

afterAll(async () => {
  await fixture.close();
});

const startFull = () => trainer.startRun(RunKind.FULL);
/** The process of the run, once it is there. */
const processOfRun = () => eventually(() => Promise.resolve(trainer.runs[0]), 'the run has a process');

async function published(runId: string): Promise<void> {
  const last = (await trainer.watch(runId)).at(-1);
  expect(last).toMatchObject({ state: RunState.PUBLISHED });
  expect(fixture.leftovers).toEqual([]);
}

async function failures(): Promise<number> {
  const lines = (await trainer.metrics())
    .split('\n')
    .filter((line) => /^thaw_trainer_failed_attempts_total\{/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe('a run that ends badly', () => {
  test('killed, it is counted and tried again', async () => {
    const before = await failures();
    const runId = await startFull();
    process.kill(await processOfRun(), 'SIGKILL');
    await published(runId);
    expect(await failures()).toBeGreaterThan(before);
  });

  test('hung, it is ended, counted and tried again', async () => {
    const before = await failures();
    const runId = await startFull();
    const pid = await processOfRun();
    process.kill(pid, 'SIGSTOP');
    await published(runId);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await failures()).toBeGreaterThan(before);
  });

  test('cancelled, it leaves nothing behind', async () => {
    const versions = await trainer.versions();
    const runId = await startFull();
    const pid = await processOfRun();
    await trainer.call('cancelRun', { commandId: '', runId, reason: '' });
    expect((await trainer.watch(runId)).at(-1)).toMatchObject({ state: RunState.CANCELLED });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(fixture.leftovers).toEqual([]);
    expect(await trainer.versions()).toEqual(versions);
  });
});

describe('kill -9 of the trainer in the middle of a run', () => {
  test('takes the run with it; the next trainer starts it again and cleans up', async () => {
    const [before] = await trainer.versions();
    await startFull();
    const pid = await processOfRun();
    await eventually(() => Promise.resolve(fixture.leftovers[0]), 'a bundle is staged');
    await trainer.kill('SIGKILL');
    await eventually(() => Promise.resolve(existsSync(`/proc/${pid}`) ? undefined : true), 'the run is gone');
    trainer = await fixture.start();
    const serving = await eventually(async () => {
      const version = await trainer.serving();
      return version?.version === before?.version ? undefined : version;
    }, 'another version serves');
    expect(serving.publishedAtMs).toBeGreaterThan(before!.publishedAtMs);
    expect(fixture.leftovers).toEqual([]);
  });
});
