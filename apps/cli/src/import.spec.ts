import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeInteraction } from '@thaw/contracts';
import { type Kafka, createKafka } from '@thaw/kafka';
import { testBroker, uniqueTopic } from '../../../test/support/broker.js';
import { scratchFolder, startThaw, thaw } from './testing/thaw.js';

interface Report {
  readonly sent: number;
  readonly skipped: number;
  readonly complete: boolean;
  readonly badRows: number;
  readonly badRowsShown: readonly { readonly file: string; readonly line: number }[];
}

let folder: Awaited<ReturnType<typeof scratchFolder>>;
let kafka: Kafka;
let prefix: string;
let settings: Record<string, string>;

beforeEach(async () => {
  const { bootstrap } = await testBroker();
  folder = await scratchFolder();
  prefix = `${uniqueTopic('import')}.`;
  settings = { KAFKA_BROKERS: bootstrap, THAW_TOPIC_PREFIX: prefix, THAW_DATA_DIR: join(folder.path, 'data') };
  kafka = createKafka({ brokers: [bootstrap], clientId: 'import-test' }, () => undefined);
}, 120_000);

afterEach(async () => {
  await kafka.close();
  await folder.remove();
});

const iso = (second: number): string => new Date(second * 1000).toISOString().replace('.000Z', '');

/** Two products, a listing each, and `interactions` views a second apart; `extra` rows come last. */
function writeDataset(interactions: number, extra: readonly string[] = []): void {
  const rows = Array.from({ length: interactions }, (_, i) => `c${i % 97},p${i % 89},view,${iso(i + 10)}`);
  const files = {
    products: ['product_id,category_id,title,description', 'p1,TOYS,"Ball, red",', 'p2,,Teapot,'],
    listings: ['seller_id,product_id,timestamp', `s1,p1,${iso(0)}`, `s2,p2,${iso(1)}`],
    interactions: ['customer_id,product_id,type,timestamp', ...rows, ...extra],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(folder.path, `${name}.csv`), lines.join('\n'));
}

async function importFolder(...options: string[]) {
  const { exit, out, err } = await thaw(['import', folder.path, '--output', 'json', ...options], settings);
  return { exit, err, report: JSON.parse(out) as Report };
}

async function recordsOn(topic: string): Promise<number> {
  const ranges = await kafka.offsets(`${prefix}${topic}`);
  return ranges.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
}

/** The distinct times of the interactions that are on the topic: one for each row of the data set. */
async function interactionTimes(): Promise<Set<number>> {
  const times = new Set<number>();
  await kafka.readAll([`${prefix}interactions`], ({ records }) => {
    for (const { value, headers } of records) times.add(decodeInteraction(value, headers).eventTimeMs);
    return Promise.resolve();
  });
  return times;
}

describe('thaw import', () => {
  test('puts every row onto its topic once, and says so when it is asked again', async () => {
    writeDataset(500);
    const first = await importFolder();
    expect(first).toMatchObject({ exit: 0, report: { sent: 504, skipped: 0, complete: true, badRows: 0 } });
    expect(await recordsOn('products')).toBe(2);
    expect(await recordsOn('listings')).toBe(2);
    expect(await recordsOn('interactions')).toBe(500);
    expect((await interactionTimes()).size).toBe(500);
    expect((await importFolder()).report).toMatchObject({ sent: 0, skipped: 504, complete: true });
    expect((await importFolder('--again')).report).toMatchObject({ sent: 504, skipped: 0 });
    expect(await recordsOn('interactions')).toBe(1000);
  }, 120_000);

  test('names bad rows by file and line, counts them, and imports the rest', async () => {
    writeDataset(10, [`,p1,view,${iso(100)}`, `c1,p1,view,soon`, `c1,p1,view,${iso(101)}`]);
    const { exit, err, report } = await importFolder();
    expect(exit).toBe(1);
    expect(report).toMatchObject({ sent: 15, badRows: 2, complete: true });
    expect(report.badRowsShown.map(({ file, line }) => [file, line])).toEqual([
      ['interactions.csv', 12],
      ['interactions.csv', 13],
    ]);
    expect(err).toContain('interactions.csv, line 13');
    expect((await importFolder('--skip-bad')).exit).toBe(0);
  }, 120_000);

  test('goes on after kill -9 where it stopped, and loses nothing', async () => {
    const rows = 60_000;
    writeDataset(rows);
    const first = startThaw(['import', folder.path], settings);
    const imports = join(folder.path, 'data', 'imports');
    const checkpoint = () =>
      existsSync(imports) ? readdirSync(imports).find((name) => name.endsWith('.json')) : undefined;
    while (checkpoint() === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    first.process.kill('SIGKILL');
    expect((await first.ended).exit).toBe('SIGKILL');
    expect(JSON.parse(readFileSync(join(imports, checkpoint()!), 'utf8'))).toMatchObject({ complete: false });
    const { exit, report } = await importFolder();
    expect(exit).toBe(0);
    expect(report.skipped).toBeGreaterThan(0);
    expect(report.sent + report.skipped).toBe(rows + 4);
    expect((await interactionTimes()).size).toBe(rows);
  }, 180_000);

  test('stops at Ctrl-C with what is on the topics in its checkpoint', async () => {
    writeDataset(60_000);
    const run = startThaw(['import', folder.path, '--output', 'json'], settings);
    const imports = join(folder.path, 'data', 'imports');
    while (!existsSync(imports) || readdirSync(imports).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 2));
    run.process.kill('SIGINT');
    const { exit, out } = await run.ended;
    expect(exit).toBe(130);
    const { sent, complete } = JSON.parse(out) as Report;
    expect(complete).toBe(false);
    expect((await importFolder()).report).toMatchObject({ skipped: sent, complete: true });
  }, 180_000);

  test.each([
    ['a folder that is not there', 'nowhere', /There is no folder/],
    ['a folder without the files', '.', /has no listings\.csv/],
  ])('refuses %s', async (_, path, message) => {
    const { exit, err } = await thaw(['import', join(folder.path, path)], settings);
    expect(exit).toBe(1);
    expect(err).toMatch(message);
  });
});

describe('thaw produce', () => {
  test('sends what is right, and names the line that is not', async () => {
    expect((await thaw(['simulate', '--events', '1'], settings)).exit).toBe(0); // creates the topics
    const run = startThaw(['produce', 'interactions', '--output', 'json'], settings);
    run.process.stdin?.end(
      '{"customer_id":"ann","product_id":"p1","type":"view","event_time":"2026-01-31T12:00:00Z"}\n' +
        '{"customer_id":"ann","product_id":"p1","type":"stare","event_time_ms":1}\n',
    );
    const { exit, out, err } = await run.ended;
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toEqual({ topic: 'interactions', sent: 1, rejected: 1 });
    expect(err).toMatch(/line 2: .*type/);
    expect([...(await interactionTimes())]).toContain(Date.parse('2026-01-31T12:00:00Z'));
  }, 120_000);
});
