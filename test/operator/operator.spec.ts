import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator, type Role } from '@thaw/contracts';
import { once } from 'node:events';
import { startThaw, thaw } from '../../apps/cli/src/testing/thaw.js';
import { testBroker } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { RecommenderProcess } from '../support/recommender-process.js';
import { TrainerFixture } from '../support/trainer-fixture.js';
import type { TrainerProcess } from '../support/trainer-process.js';
import { Shop } from '../trainer/shop.js';

/**
 * What operators do with `thaw`, on a running system: broker, apps/graph, apps/trainer and apps/recommender. The tests are
 * one story, each going on from where the one before it stopped.
 */

const { VersionState } = operator;
const tokenOf = (role: Role): string => `the-token-of-${role}`;
const TOKENS = {
  THAW_API_TOKENS: `admin:anna:${tokenOf('admin')},operator:otto:${tokenOf('operator')},viewer:vera:${tokenOf('viewer')}`,
};
const ROLLBACK_ID = 'b0a7c3de-2f5e-4f0a-9a53-0f7a0c6d1e21';

const shop = new Shop();
let fixture: TrainerFixture;
let trainer: TrainerProcess;
let recommender: RecommenderProcess;

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  fixture = await TrainerFixture.create(bootstrap, 'operator', [...shop.opening(), ...shop.listings(960)]);
  trainer = await fixture.start(TOKENS);
  recommender = await RecommenderProcess.start({
    bootstrap,
    topicPrefix: fixture.graph.topics.prefix,
    graphAddress: fixture.graphAddress,
    bundleDir: fixture.bundleFolder,
  });
  await eventually(async () => await trainer.serving(), 'a version serves');
}, 180_000);

afterAll(async () => {
  await recommender.kill('SIGKILL');
  await fixture.close();
});

interface Said {
  readonly exit: number | string;
  readonly err: string;
  /** What was printed with `--output json`. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Runs `thaw` as somebody with the token of a role; of none, without one. */
async function as(role: Role | undefined, ...args: string[]): Promise<Said> {
  const { exit, out, err } = await thaw([...args, '--output', 'json'], settingsOf(role));
  return { exit, err, json: JSON.parse(out) as Said['json'] };
}

const settingsOf = (role: Role | undefined): Readonly<Record<string, string>> => ({
  KAFKA_BROKERS: fixture.graph.bootstrap,
  THAW_TOPIC_PREFIX: fixture.graph.topics.prefix,
  THAW_DATA_DIR: fixture.graph.dataDir,
  THAW_TRAINER_GRPC_PORT: String(trainer.grpcPort),
  THAW_RECOMMENDER_GRPC_PORT: String(recommender.grpcPort),
  ...(role && { THAW_API_TOKEN: tokenOf(role) }),
});

const served = async (): Promise<string | undefined> => (await recommender.status()).context?.version;
const refusal = (code: string) => expect.objectContaining({ error: expect.objectContaining({ code }) });

describe('an operator with thaw', () => {
  test('has a full retrain made and waits for its version, which is then served', async () => {
    const { exit, json, err } = await as('operator', 'retrain', '--full', '--reason', 'new categories', '--wait');
    expect({ exit, err, json }).toMatchObject({
      exit: 0,
      json: { kind: 'full', state: 'published', version: 'v000002' },
    });
    await eventually(async () => ((await served()) === 'v000002' ? true : undefined), 'the recommender serves it');
    const { json: listed } = await as('viewer', 'runs', '--limit', '1');
    expect(listed).toMatchObject({
      pause: null,
      runs: [{ runId: json['runId'], requestedBy: 'otto', reason: 'new categories', version: 'v000002' }],
    });
  });

  test('may do what the role of the token may, and asks before what is served is changed', async () => {
    const denied = await as('viewer', 'rollback', '--yes');
    expect(denied).toMatchObject({ exit: 3, json: refusal('PERMISSION_DENIED') });
    expect(denied.err).toContain('needs the role operator');
    expect(await as(undefined, 'rollback', '--yes')).toMatchObject({ exit: 3, json: refusal('AUTHENTICATION') });
    const unasked = await as('operator', 'rollback');
    expect(unasked).toMatchObject({ exit: 1, json: refusal('NOT_CONFIRMED') });
    expect(unasked.err).toContain('--yes');
    expect(await served()).toBe('v000002');
  });

  test('goes back to the version before, which the recommender serves at once', async () => {
    const rollback = ['rollback', '--yes', '--reason', 'sellers complain', '--command-id', ROLLBACK_ID];
    const { exit, json } = await as('operator', ...rollback);
    expect(json).toMatchObject({ commandId: ROLLBACK_ID, version: { version: 'v000001', pinned: true } });
    expect(exit).toBe(0);
    expect(await served()).toBe('v000001');
    console.info(`rollback: served ${Number(json['servedAfterSeconds']).toFixed(3)} s after the command`);
  });

  test('finds the pin, the pause and the runs again after a kill -9 of the trainer', async () => {
    expect(await as('operator', 'pause', '--reason', 'stock-taking')).toMatchObject({ json: { paused: true } });
    await trainer.kill('SIGKILL');
    trainer = await fixture.start(TOKENS);
    const { json } = await as('viewer', 'versions');
    expect(json).toMatchObject({
      versions: [
        { version: 'v000002', state: VersionState.STANDBY },
        { version: 'v000001', state: VersionState.SERVING, pinned: true },
      ],
    });
    const { json: runs } = await as('viewer', 'runs');
    expect(runs).toMatchObject({
      pause: { by: 'otto', because: 'stock-taking' },
      runs: [{ version: 'v000002' }, { version: 'v000001', requestedBy: '' }],
    });
    // Done before the restart: it is not done again, and answers as it did.
    const again = await as('operator', 'rollback', '--yes', '--command-id', ROLLBACK_ID);
    expect(again).toMatchObject({ exit: 0, json: { version: { version: 'v000001' } } });
    expect(await served()).toBe('v000001');
  });

  test('lets go of the pin, after which the newest version is served', async () => {
    expect(await as('operator', 'release')).toMatchObject({
      exit: 0,
      json: { version: { version: 'v000002', pinned: false } },
    });
    expect(await served()).toBe('v000002');
    expect(await as('operator', 'resume')).toMatchObject({ json: { paused: false } });
  });

  test('leaves a run that is waited for with Ctrl-C, and ends it only when told to', async () => {
    const waiting = startThaw(['retrain', '--full', '--wait'], settingsOf('operator'));
    await once(waiting.process.stderr!, 'data'); // the first line about the run
    waiting.process.kill('SIGINT');
    const { exit, out, err } = await waiting.ended;
    expect({ exit, out }).toEqual({ exit: 130, out: '' });
    expect(err).toMatch(/^full \S+ .*\n(.*\n)*The run goes on: .*`thaw cancel \S+` ends it\.\n$/);
    const { json } = await as('operator', 'cancel', '--yes', '--reason', 'wrong settings');
    expect(json).toMatchObject({ state: 'cancelled' });
    expect(fixture.leftovers).toEqual([]);
  });

  test('serves a rejected version with an admin and a reason only', async () => {
    // What it learns from is the opposite of what it is then measured on.
    await fixture.feed([...shop.listings(168, 2), ...shop.listings(72)]);
    const { exit, json } = await as('operator', 'retrain', '--fine-tune', '--wait');
    expect({ exit, json }).toMatchObject({ exit: 1, json: { state: 'rejected' } });
    const rejected = String(json['version']);
    const promote = ['promote', rejected, '--yes', '--reason', 'it was a holiday'];
    expect(await as('operator', ...promote)).toMatchObject({ exit: 3, json: refusal('PERMISSION_DENIED') });
    expect(await as('admin', 'promote', rejected, '--yes')).toMatchObject({
      exit: 2,
      json: refusal('REQUEST_INVALID'),
    });
    expect(await as('admin', 'activate', rejected, '--yes')).toMatchObject({ json: refusal('VERSION_REJECTED') });
    expect(await as('admin', ...promote)).toMatchObject({ exit: 0, json: { version: { pinned: true } } });
    expect(await served()).toBe(rejected);
    expect(await as('operator', 'activate', 'v000001', '--yes')).toMatchObject({ exit: 0 });
    expect(await served()).toBe('v000001');
  });

  test('has all of it in the audit: who, why, and what it changed', async () => {
    const { json } = await as('viewer', 'audit', '--limit', '100');
    const entries = json['entries'] as readonly { readonly command: string; readonly outcome: string }[];
    const [otto, vera, anna] = [who('otto', 'operator'), who('vera', 'viewer'), who('anna', 'admin')];
    const at = (serving: string, pinned: boolean) => ({ serving, pinned });
    const done = entries.filter(({ outcome }) => outcome === 'done');
    expect(done).toMatchObject([
      {
        command: 'StartRun',
        who: otto,
        reason: 'new categories',
        before: { run: null },
        after: { run: expect.any(String) },
      },
      {
        command: 'Rollback',
        commandId: ROLLBACK_ID,
        who: otto,
        reason: 'sellers complain',
        before: at('v000002', false),
        after: at('v000001', true),
      },
      { command: 'SetFineTunesPaused', reason: 'stock-taking', before: { paused: false }, after: { paused: true } },
      { command: 'ReleasePin', before: at('v000001', true), after: at('v000002', false) },
      { command: 'SetFineTunesPaused', before: { paused: true }, after: { paused: false } },
      { command: 'StartRun' },
      { command: 'CancelRun', before: { state: 'RUNNING' }, after: { state: 'CANCELLED' } },
      { command: 'StartRun' },
      { command: 'ActivateVersion', who: anna, reason: 'it was a holiday', before: at('v000002', false) },
      { command: 'ActivateVersion', who: otto, after: at('v000001', true) },
    ]);
    const denied = entries.filter(({ outcome }) => outcome === 'refused');
    expect(denied).toMatchObject([
      { command: 'Rollback', who: vera, error: { code: 'PERMISSION_DENIED' } },
      { command: 'ActivateVersion', who: otto, error: { code: 'PERMISSION_DENIED' } },
      { command: 'ActivateVersion', who: anna, error: { code: 'VERSION_REJECTED' } },
    ]);
  });
});

const who = (name: string, role: Role) => ({ name, role });
