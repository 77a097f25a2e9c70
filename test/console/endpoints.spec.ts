import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Shop } from '../recommender/shop.js';
import type { RecommenderProcess } from '../support/recommender-process.js';
import { publishToyVersion } from '../support/toy-version.js';
import { until } from '../support/until.js';
import { FakeOperator } from './fake-operator.js';

const TOKEN = 'a-token-of-some-length';

let shop: Shop;
let trainer: FakeOperator;
let open: RecommenderProcess;
/** Asks for a token; its trainer is away. */
let guarded: RecommenderProcess;

beforeAll(async () => {
  shop = await Shop.open('console');
  trainer = await FakeOperator.start();
  const { bundleDir } = shop;
  await publishToyVersion({ bundleDir, version: 'v000002', products: ['p00', 'p03'], sellers: ['s0'], seed: 1 });
  await shop.trainer.announce('v000002', operator.VersionState.SERVING);
  open = await shop.readyRecommender({ settings: { THAW_TRAINER_ADDRESS: trainer.address } });
  guarded = await shop.readyRecommender({
    settings: { THAW_API_TOKENS: `${TOKEN},another-token-for-the-apps`, THAW_TRAINER_ADDRESS: '127.0.0.1:1' },
  });
  await until(async () => (await open.status()).context?.version === 'v000002');
}, 120_000);

afterAll(async () => {
  await shop.close();
  await trainer.stop();
});

async function ask(app: RecommenderProcess, path: string, init: RequestInit = {}) {
  const response = await fetch(`${app.httpUrl}/${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const json = { 'content-type': 'application/json' };
const command = (path: string, headers: Record<string, string> = json, body: object = { commandId: 'c-1' }) =>
  ask(open, `v1/console/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });

describe('the overview', () => {
  test('has a part from every service', async () => {
    expect(await ask(open, 'v1/console/overview')).toMatchObject({
      status: 200,
      body: {
        serving: { value: { version: 'v000002', candidates: 30, sellers: 3, indexKind: 'exact' } },
        freshness: { state: 'following', reason: null },
        funnel: { value: { customers: 6, candidates: 30, sellers: 3, candidatesByListings: [26, 4, 0] } },
        versions: {
          value: [
            { version: 'v000002', state: 'serving', parent: 'v000001' },
            { version: 'v000001', state: 'standby', recallAt100: 0.4 },
          ],
        },
        runs: {
          value: [
            {
              runId: 'run-1',
              kind: 'full',
              state: 'running',
              stage: 'fit',
              etaSeconds: null,
              endedAtMs: null,
              version: '',
            },
          ],
        },
      },
    });
  });

  test('a service that is away takes no other part with it', async () => {
    const { body } = await ask(guarded, 'v1/console/overview', { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(body).toMatchObject({
      funnel: { value: { candidates: 30 } },
      versions: { trouble: { code: 'APP_UNREACHABLE', message: expect.stringContaining('THAW_TRAINER_ADDRESS') } },
    });
  });

  test('needs the token that all else needs, and the page itself does not', async () => {
    for (const path of ['overview', 'sellers?prefix=s', 'versions/v000002']) {
      expect(await ask(guarded, `v1/console/${path}`)).toMatchObject({ status: 401, body: { code: 'AUTHENTICATION' } });
    }
    const refused = await ask(guarded, 'v1/console/rollback', { method: 'POST', headers: json, body: '{}' });
    expect(refused).toMatchObject({ status: 401, body: { code: 'AUTHENTICATION' } });
    expect((await fetch(guarded.httpUrl)).status).toBe(200);
  });
});

describe('what is asked for', () => {
  test('sellers that begin with what was typed, the very one first', async () => {
    expect((await ask(open, 'v1/console/sellers?prefix=s')).body).toEqual({
      sellers: [
        { sellerId: 's0', listings: 3 },
        { sellerId: 's1', listings: 2 },
        { sellerId: 's2', listings: 0 },
      ],
    });
    expect((await ask(open, 'v1/console/sellers?prefix=s2')).body).toEqual({
      sellers: [{ sellerId: 's2', listings: 0 }],
    });
    expect((await ask(open, 'v1/console/sellers?prefix=nobody')).body).toEqual({ sellers: [] });
    expect((await ask(open, `v1/console/sellers?prefix=${'y'.repeat(300)}`)).status).toBe(400);
  });

  test('how a version was made', async () => {
    expect((await ask(open, 'v1/console/versions/v000002')).body).toMatchObject({
      version: 'v000002',
      kind: 'full',
      counts: { products: 2, sellers: 1 },
      channels: [{ name: 'id-hash' }, { name: 'text-profile' }],
      gate: { passed: true },
      curves: null,
    });
    for (const version of ['v000009', '..', '%2e%2e%2fgraph']) {
      expect((await ask(open, `v1/console/versions/${version}`)).status).toBe(404);
    }
  });
});

describe('commands', () => {
  test("reach the trainer with the caller's own token", async () => {
    const headers = { ...json, authorization: 'Bearer of-my-own' };
    const body = { commandId: 'c-7', promoteReason: 'a holiday' };
    expect(await command('versions/v000001/activate', headers, body)).toMatchObject({
      status: 200,
      body: { version: { version: 'v000001', state: 'serving', pinned: true } },
    });
    expect((await command('rollback', headers)).status).toBe(200);
    expect((await command('release', headers)).status).toBe(200);
    expect(trainer.commands).toMatchObject([
      { name: 'activate', request: { ...body, version: 'v000001' }, authorization: 'Bearer of-my-own' },
      { name: 'rollback', request: { commandId: 'c-1' } },
      { name: 'release', request: { commandId: 'c-1' } },
    ]);
    expect([...trainer.readers]).toEqual(['']);
  });

  test('are taken from the page itself and from programs, and from no other page', async () => {
    const before = trainer.commands.length;
    expect((await command('rollback', { ...json, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    for (const headers of [
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...json, origin: 'http://evil.example' },
    ]) {
      expect(await command('rollback', headers)).toMatchObject({ status: 403, body: { code: 'CONSOLE_ORIGIN' } });
    }
    expect((await command('rollback', { 'content-type': 'text/plain' })).status).toBe(400);
    expect(trainer.commands).toHaveLength(before + 1);
  });

  test('that say nothing to tell them apart are refused', async () => {
    for (const body of [{}, { commandId: '' }, { commandId: 'x'.repeat(101) }, { commandId: 'c', promoteReason: 7 }]) {
      expect(await command('rollback', json, body)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    }
    expect((await command('rollback', json, { commandId: 'y'.repeat(10_000) })).status).toBe(400);
  });
});

describe('the page', () => {
  const fetchRaw = async (path: string, headers: Record<string, string> = {}) => {
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(`${open.httpUrl}/${path}`, { headers }, resolve).on('error', reject);
    });
    return { status: message.statusCode, headers: message.headers, body: await buffer(message) };
  };

  test('is sent as what it is, allows nothing from elsewhere, and is asked for anew each time', async () => {
    const page = await fetchRaw('');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = page.headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect((await fetchRaw('', { 'if-none-match': page.headers.etag! })).status).toBe(304);
  });

  test('names its assets by their content: they are zipped, and kept for ever', async () => {
    const names = [...String((await fetchRaw('')).body).matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(
      ([, name]) => name!,
    );
    expect(names.map((name) => name.replace(/^.*\./, '')).sort()).toEqual(['css', 'js', 'svg']);
    for (const name of names) {
      const [plain, zipped] = [await fetchRaw(name), await fetchRaw(name, { 'accept-encoding': 'gzip' })];
      expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(zipped.headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-type': plain.headers['content-type'],
      });
      expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    }
  });

  test('has no other files', async () => {
    for (const path of [
      'assets/none.js',
      'assets/..%2findex.html',
      'assets/%2e%2e%2f%2e%2e%2fpackage.json',
      'index.ts',
    ]) {
      expect((await fetchRaw(path)).status).toBe(404);
    }
  });
});
