import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AuditEntry, decodeAudit, operator, prefixedTopic, topic } from '@thaw/contracts';
import { partitionForKey } from '@thaw/kafka';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thaw, type ThawResult } from '../../apps/cli/src/testing/thaw.js';
import { CliHost } from '../support/cli-host.js';
import { bought, product, PRODUCTS, Shop, SHOP_SETTINGS } from '../recommender/shop.js';
import type { GraphProcess } from '../support/graph-process.js';
import type { RecommenderProcess } from '../support/recommender-process.js';
import { publishToyVersion } from '../support/toy-version.js';
import { until } from '../support/until.js';

let shop: Shop;
let app: RecommenderProcess;
let graph: GraphProcess;
let folder: string;
let cli: CliHost;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-operator-'));
  cli = new CliHost();
  shop = await Shop.open('operator');
  graph = shop.graph;
  app = await shop.readyRecommender();
  const { bundleDir, trainer } = shop;
  await publishToyVersion({ bundleDir, version: 'v000001', products: PRODUCTS, sellers: ['s0', 's1', 's2'], seed: 1 });
  await trainer.announce('v000001', operator.VersionState.SERVING);
  await until(async () => (await app.status()).context?.version === 'v000001');
}, 120_000);

afterAll(async () => {
  await cli.close();
  await shop.close();
  await rm(folder, { recursive: true });
});

const settings = (): Record<string, string> => ({
  KAFKA_BROKERS: shop.fixture.bootstrap,
  THAW_TOPIC_PREFIX: shop.fixture.topics.prefix,
  THAW_DATA_DIR: shop.fixture.dataDir,
  THAW_BUNDLE_DIR: shop.bundleDir,
  THAW_GRAPH_GRPC_PORT: String(graph.grpcPort),
  THAW_RECOMMENDER_GRPC_PORT: String(app.grpcPort),
  THAW_RECOMMENDER_HTTP_PORT: new URL(app.httpUrl).port,
  // Nothing listens there: apps/trainer is not part of this.
  THAW_TRAINER_GRPC_PORT: '1',
  THAW_TRAINER_HTTP_PORT: '1',
});

/** As a process of its own, without a terminal. */
const runApart = async (...args: readonly string[]): Promise<ThawResult> => await thaw(args, settings());
const run = async (...args: readonly string[]): Promise<ThawResult> => await cli.run(args, settings());

async function json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
  const { out, err, exit } = await run(...args, '--output', 'json');
  if (exit !== 0) throw new Error(`thaw ${args.join(' ')} ended with ${exit}: ${err}`);
  return JSON.parse(out) as T;
}

async function audited(): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  await shop.fixture.topics.kafka.readAll([prefixedTopic(shop.fixture.topics.prefix, 'audit')], ({ records }) => {
    entries.push(...records.map(({ value }) => decodeAudit(value)!));
    return Promise.resolve();
  });
  return entries;
}

describe('questions', () => {
  test('explain gives the evidence as a person reads it', async () => {
    const [first] = (await app.recommend('s0', { limit: 1 })).products;
    const { out, exit } = await run('explain', 's0', first!.productId);
    expect(exit).toBe(0);
    expect(out).toContain(`${first!.productId} "title of ${first!.productId}" for s0: recommended, rank 1.`);
    expect(out).toMatch(/candidate +yes: \d listings \(fewer than 3 needed\), 3 customers \(3 needed\)/);
    expect(out).toMatch(/CHANNEL +SHARE +OF SCORE/);
    expect(out).toContain('Nearest texts');
    expect((await run('explain', 's0', 'p00')).out).toContain('not recommended: the seller lists it already');
    expect((await run('explain', 's0', 'nothing')).out).toMatch(/candidate +no: no event has named it/);
  });

  test('candidates, a product and a seller are told', async () => {
    const { out } = await run('candidates', '--bucket', '1-3', '--limit', '2');
    expect(out).toMatch(/^0 +26 +86\.7 % +14\.2 %$/m);
    expect(out).toMatch(/^2 of 4 candidates/m);
    expect(out).toContain("--page '3.p01'");
    expect((await run('seller', 's0')).out).toContain('s0: 3 listings in the graph, 3 of them of candidates.');
    expect((await run('product', 'p00')).out).toMatch(/served +candidate with 14 edges, with a vector/);
    const unknown = await run('product', 'nothing');
    expect([unknown.exit, unknown.err]).toEqual([1, expect.stringContaining('look at the spelling')]);
  });
});

describe('a takedown', () => {
  test('is asked for, obeyed by every answer, audited, and done once', async () => {
    const refused = await runApart('takedown', 'p20');
    expect([refused.exit, refused.err]).toEqual([1, expect.stringContaining('--yes')]);
    const id = ['--command-id', 'takedown-1'];
    const done = await json<{ graphSequence: number; already: boolean }>(
      'takedown',
      'p20',
      '--yes',
      '--reason',
      'recall',
      ...id,
    );
    await expect(app.product('p20')).rejects.toMatchObject({ code: 5 });
    expect((await app.status()).context!.graphSequence).toBeGreaterThanOrEqual(done.graphSequence);
    const everyone = await app.recommend('s0', { limit: 1000 });
    expect(everyone.products.map(({ productId }) => productId)).not.toContain('p20');
    expect(await json('takedown', 'p20', '--yes', ...id)).toEqual(done);
    const other = await run('takedown', 'p21', '--yes', ...id);
    expect([other.exit, other.err]).toEqual([2, expect.stringContaining('another command')]);
    expect(await json('takedown', 'p20', '--yes')).toMatchObject({ already: true });
    expect((await audited()).filter(({ command }) => command === 'Takedown')).toMatchObject([
      { reason: 'recall', outcome: 'done', before: { active: true, candidate: true }, after: { active: false } },
    ]);
    expect(await run('takedown', 'nothing', '--yes')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('--force'),
    });
  }, 60_000);
});

describe('a customer is forgotten', () => {
  test('with a receipt, once for a command id, and the graph is that of the other customers', async () => {
    const file = join(folder, 'receipt.json');
    const id = ['--command-id', 'erasure-1'];
    const first = await json('forget', 'customer 1', '--yes', '--receipt', file, ...id);
    expect(first).toMatchObject({
      customerId: 'customer 1',
      partition: 0,
      offset: 0,
      productsBefore: 15,
      productsAfter: 0,
    });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(first);
    expect(await json('forget', 'customer 1', '--yes', ...id)).toEqual(first);
    const other = await run('forget', 'customer 2', '--yes', ...id);
    expect([other.exit, other.err]).toEqual([2, expect.stringContaining('another command')]);
    const funnel = await graph.funnel();
    expect(funnel.customers).toBe(5);
    // What is delivered again stays out.
    await shop.happen(bought('customer 1', 'p00'));
    expect((await graph.funnel()).customers).toBe(5);
    const [entry] = (await audited()).filter(({ command }) => command === 'Forget');
    expect(JSON.stringify(entry)).not.toContain('customer 1');
    expect(await run('verify', '--sample', '50')).toMatchObject({ exit: 0 });
  }, 60_000);
});

describe('dead letters', () => {
  const broken = Buffer.from('{"product_id":"p50","title":');
  const partition = partitionForKey(Buffer.from('p50'), topic('products').partitions);

  interface List {
    readonly topics: readonly { topic: string; open: number; replayed: number; dropped: number }[];
    readonly letters: readonly { id: string; mark: { state: string } | null }[];
  }
  const counts = async () =>
    (await json<List>('dead-letters', 'list')).topics.find((each) => each.topic === 'products');

  test('are listed, shown, replayed corrected, and dropped', async () => {
    const { topics } = shop.fixture;
    const headers = { 'content-type': Buffer.from('application/json') };
    const key = Buffer.from('p50');
    await topics.send('products', [
      { partition, key, value: broken, headers },
      { partition, key, value: Buffer.from([0, 255]), headers },
    ]);
    await shop.happen();
    await until(async () => (await counts())?.open === 2);
    const { letters } = await json<List>('dead-letters', 'list', 'products');
    const [second, first] = letters.map(({ id }) => id) as [string, string];
    expect(first).toMatch(new RegExp(`^products/${partition}/\\d+$`));

    const shown = (await run('dead-letters', 'show', first)).out;
    expect(shown).toContain('EVENT_UNDECODABLE');
    expect(shown).toContain(String(broken));
    expect((await run('dead-letters', 'show', second)).out).toContain('00 ff');

    const asItWas = await run('dead-letters', 'replay', first, '--yes');
    expect([asItWas.exit, asItWas.err]).toEqual([2, expect.stringContaining('--with FILE')]);
    const correction = join(folder, 'corrected.json');
    await writeFile(correction, '{"product_id":"p50","title":"mended","event_time":"2024-01-01T00:00:00Z"}');
    const replay = ['dead-letters', 'replay', first, '--with', correction, '--yes'];
    const replayed = await json<{ replayed: object[] }>(...replay, '--command-id', 'replay-1');
    expect(replayed.replayed).toMatchObject([{ letter: first, to: { partition } }]);
    expect(await json(...replay, '--command-id', 'replay-1')).toEqual(replayed);
    await until(async () => (await json<{ graph: { title: string } }>('product', 'p50')).graph.title === 'mended');
    expect(await json(...replay)).toMatchObject({
      replayed: [],
      skipped: [{ why: expect.stringContaining('--again') }],
    });

    const drop = [
      'dead-letters',
      'drop',
      '--topic',
      'products',
      '--reason',
      'noise',
      '--yes',
      '--command-id',
      'drop-1',
    ];
    const dropped = await json(...drop);
    expect(dropped).toMatchObject({ dropped: [second], before: 0 });
    expect(await json(...drop)).toEqual(dropped);
    const another = await run('dead-letters', 'drop', second, '--reason', 'noise', '--yes', '--command-id', 'drop-1');
    expect([another.exit, another.err]).toEqual([2, expect.stringContaining('another command')]);
    expect(await counts()).toMatchObject({ open: 0, replayed: 1, dropped: 1 });
    expect((await audited()).map(({ command }) => command)).toEqual(
      expect.arrayContaining(['ReplayDeadLetters', 'DropDeadLetters']),
    );
    const all = await json<List>('dead-letters', 'list', 'products', '--all');
    expect(all.letters.map(({ mark }) => mark?.state)).toEqual(['dropped', 'replayed']);
  }, 120_000);

  test('a replay that was killed between record and mark is finished without a second record', async () => {
    const { kafka, prefix } = shop.fixture.topics;
    const name = prefixedTopic(prefix, 'products');
    const end = async (): Promise<number> => (await kafka.offsets(name))[partition]!.endOffset;
    const value = Buffer.from('{"product_id":"p51","title":"late"}');
    await shop.fixture.topics.send('products', [{ partition, key: Buffer.from('p51'), value }]);
    await until(async () => (await counts())?.open === 1);
    const [letter] = (
      await json<List & { letters: { id: string; source: { timestampMs: number } }[] }>(
        'dead-letters',
        'list',
        'products',
      )
    ).letters;
    // As the killed command left it: the record is there, the mark says that it was about to be.
    const offset = await end();
    const marked = { 'thaw-replay-of': Buffer.from(`${letter!.id} killed`) };
    await shop.sink.send(name, [{ partition, key: Buffer.from('p51'), value, headers: marked }]);
    const mark = {
      state: 'replaying',
      letterTimestampMs: letter!.source.timestampMs,
      commandId: 'killed',
      by: 'x',
      reason: '',
      atMs: 1,
      to: { partition, offset },
    };
    await shop.sink.send(prefixedTopic(prefix, 'dead-letter-marks'), [
      { partition: 0, key: Buffer.from(letter!.id), value: Buffer.from(JSON.stringify(mark)) },
    ]);
    expect(await counts()).toMatchObject({ open: 2 }); // the letter, and the one that its record became
    const { replayed } = await json<{ replayed: object[] }>('dead-letters', 'replay', letter!.id, '--force', '--yes');
    expect(replayed).toEqual([{ letter: letter!.id, to: { topic: name, partition, offset } }]);
    expect(await end()).toBe(offset + 1);
  }, 120_000);
});

describe('doctor', () => {
  test('finds what runs and what does not, within its time', async () => {
    const { out } = await runApart('doctor', '--output', 'json');
    const { checks } = JSON.parse(out) as { checks: { name: string; verdict: string; what: string }[] };
    const of = (name: string) => checks.filter((check) => check.name === name);
    expect(of('broker')).toMatchObject([{ verdict: 'ok' }]);
    expect(of('recommender')).toMatchObject([{ verdict: 'ok' }]);
    expect(of('trainer')).toMatchObject([{ verdict: 'warn' }]);
    expect(of('dead letters')).toMatchObject([{ verdict: 'warn', what: expect.stringContaining('products.dlq 1') }]);
    expect(of('lag')).toMatchObject([{ verdict: 'ok' }]);
    const nobody = await thaw(['doctor'], { ...settings(), KAFKA_BROKERS: '127.0.0.1:1' });
    expect(nobody.exit).toBe(1);
    expect(nobody.out).toMatch(/FAIL +broker/);
  }, 60_000);
});

interface VerifyReport {
  readonly compared: Readonly<Record<string, number | null>>;
  readonly differences: readonly { readonly subject: string }[];
  readonly notes: readonly string[];
}

describe('backup and restore', () => {
  test('a restored graph goes on where the backup was taken, and ends as one that never stopped', async () => {
    const backup = join(folder, 'backup');
    const taken = await json<{ files: object[]; sequence: number }>('backup', backup, '--bundles');
    expect(taken).toMatchObject({ sequence: (await graph.funnel()).sequence, bundles: ['v000001'] });
    expect(await readdir(folder)).not.toContain('backup.partial');
    expect(await run('backup', backup)).toMatchObject({ exit: 1, err: expect.stringContaining('holds something') });

    await shop.happen(product('p60'), ...['a', 'b', 'c'].map((customer) => bought(customer, 'p60')));
    const running = await run('restore', backup, '--yes');
    expect([running.exit, running.err]).toEqual([1, expect.stringContaining('held by process')]);
    await graph.kill('SIGTERM');

    const damaged = join(folder, 'damaged');
    await cp(backup, damaged, { recursive: true });
    const bytes = await readFile(join(damaged, 'rows-00001.bin'));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(join(damaged, 'rows-00001.bin'), bytes);
    expect(await run('restore', damaged, '--yes')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('is damaged'),
    });
    const manifest = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8')) as object;
    await writeFile(join(damaged, 'manifest.json'), JSON.stringify({ ...manifest, format: 2 }));
    expect(await run('restore', damaged, '--yes')).toMatchObject({ exit: 1, err: expect.stringContaining('format 2') });
    expect(await runApart('restore', backup)).toMatchObject({ exit: 1, err: expect.stringContaining('--yes') });

    await rm(join(shop.bundleDir, 'v000001'), { recursive: true });
    const restored = await json('restore', backup, '--yes', '--bundles');
    expect(restored).toMatchObject({ sequence: taken.sequence, bundles: ['v000001'] });
    expect((await readdir(shop.fixture.dataDir)).filter((name) => name.startsWith('graph'))).toEqual(['graph']);
    graph = await shop.fixture.start(SHOP_SETTINGS);
    await shop.fixture.topics.produce([bought('a', 'p00')]);
    const { replica } = await shop.fixture.readAll(graph);
    expect(replica.products.get('p60')).toMatchObject({ customers: 3, candidate: true });
    // Changes since a backup do not make the whole graph: readers copy it anew, as the recommender does here.
    const report = await json<VerifyReport>('verify', '--sample', '50');
    expect(report).toMatchObject({ compared: { products: replica.products.size, changes: null }, differences: [] });
    expect(report.notes.join()).toContain('restored from a backup');
    await graph.kill('SIGKILL');
    graph = await shop.fixture.start(SHOP_SETTINGS);
    await shop.fixture.readAll(graph);
    expect((await json<VerifyReport>('verify', '--sample', '50')).notes).toEqual(report.notes);
  }, 120_000);
});
