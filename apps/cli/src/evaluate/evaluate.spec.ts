import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { testBroker, uniqueTopic } from '../../../../test/support/broker.js';
import { scratchFolder, thaw } from '../testing/thaw.js';

let folder: Awaited<ReturnType<typeof scratchFolder>>;
beforeEach(async () => {
  folder = await scratchFolder();
  writeDataset(folder.path);
});
afterEach(() => folder.remove());

const WORLDS = 4;
const iso = (second: number): string => new Date(second * 1000).toISOString().replace('.000Z', '');

/** Sellers and customers that keep to one of four worlds of ten products each: products ≡ the person (mod 4). */
function writeDataset(path: string): void {
  const products = Array.from({ length: 40 }, (_, p) => `p${p},k${p % WORLDS},Thing of world ${p % WORLDS} no ${p},`);
  const event = (i: number, people: number): readonly [person: number, product: number] => {
    const person = (i * 7) % people;
    return [person, (person % WORLDS) + WORLDS * ((i * 13 + Math.floor(i / people)) % 10)];
  };
  const listings = Array.from({ length: 150 }, (_, i) => {
    const [seller, product] = event(i, 24);
    return `s${seller},p${product},${iso(10 * i)}`;
  });
  const interactions = Array.from({ length: 800 }, (_, i) => {
    const [customer, product] = event(i, 60);
    return `c${customer},p${product},view,${iso(i)}`;
  });
  const files = {
    products: ['product_id,category_id,title,description', ...products],
    listings: ['seller_id,product_id,timestamp', ...listings],
    interactions: ['customer_id,product_id,type,timestamp', ...interactions],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(path, `${name}.csv`), lines.join('\n'));
}

interface Result {
  readonly dataset: string;
  readonly candidates: number;
  readonly test_listings: number;
  readonly models: readonly {
    readonly name: string;
    readonly recall_at_20: number;
    readonly recall_at_100: number;
    readonly recall_at_100_ci95: readonly [number, number];
    readonly by_listings: Readonly<Record<string, number | null>>;
    readonly fit_seconds: number;
    readonly settings: object;
  }[];
}

describe('thaw evaluate DIR', () => {
  test('gives the figures of every model as JSON, and writes a page', async () => {
    const page = join(folder.path, 'report.html');
    const args = ['evaluate', folder.path, '--models', 'random,item-knn-sellers,waml-paper', '--report', page];
    const { exit, out, err } = await thaw([...args, '--output', 'json']);
    expect({ exit, err: exit === 0 ? '' : err }).toEqual({ exit: 0, err: '' });
    const result = JSON.parse(out) as Result;
    expect(result.candidates).toBeGreaterThan(5);
    expect(result.test_listings).toBeGreaterThan(5);
    expect(result.models.map(({ name }) => name)).toEqual(['random', 'item-knn-sellers', 'waml-paper']);
    for (const model of result.models) {
      const [low, high] = model.recall_at_100_ci95;
      const strata = model.by_listings;
      expect(Object.keys(strata)).toEqual(['0', '1-3', '4-9']);
      const inOrder = [0, model.recall_at_20, model.recall_at_100, 1];
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      expect(low <= model.recall_at_100 && model.recall_at_100 <= high).toBe(true);
      for (const recall of Object.values(strata)) expect(recall === null || (recall >= 0 && recall <= 1)).toBe(true);
      expect(model.fit_seconds).toBeGreaterThan(0);
      expect(typeof model.settings).toBe('object');
    }
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<svg');
    for (const { name } of result.models) expect(html).toContain(name);
  });

  test('shows a table, and what it is doing', async () => {
    const { exit, out, err } = await thaw(['evaluate', folder.path, '--models', 'top-demand', '--at', iso(1000)]);
    expect(exit).toBe(0);
    expect(out).toMatch(/held-back listings of \d+ sellers/);
    expect(out).toMatch(/^top-demand +\.?\d/m);
    expect(err).toMatch(/1\/1 top-demand: fitting/);
  });

  test.each([
    [['evaluate'], 2, /either a folder .* or --live/],
    [['evaluate', 'FOLDER', '--live'], 2, /either a folder .* or --live/],
    [['evaluate', 'FOLDER', '--models', 'waml,magic'], 2, /There is no model magic\. There are: random/],
    [['evaluate', 'FOLDER', '--seeds', '0'], 2, /Give 1 or more/],
    [['evaluate', 'FOLDER', '--at', 'yesterday'], 2, /Give an ISO date/],
    [['evaluate', 'FOLDER', '--at', '1990-01-01'], 1, /no listing onto a candidate is left to test/],
    [['evaluate', 'FOLDER/nowhere'], 1, /nowhere/],
    [['evaluate', '--live'], 4, /No Kafka runs for/],
  ])('%j is refused in words', async (args, exit, message) => {
    const given = args.map((arg) => arg.replace('FOLDER', folder.path));
    const result = await thaw(given, { THAW_DATA_DIR: join(folder.path, 'data') });
    expect({ exit: result.exit, out: result.out }).toEqual({ exit, out: '' });
    expect(result.err).toMatch(message);
  });

  test('a text model that cannot be used is an error, not a silent fallback', async () => {
    const { exit, err } = await thaw(['evaluate', folder.path, '--models', 'content'], {
      THAW_TEXT_MODEL: join(folder.path, 'no-model'),
      THAW_CACHE_DIR: join(folder.path, 'cache'),
    });
    expect(exit).toBe(1);
    expect(err).toMatch(/no-model cannot be used/);
    expect(existsSync(join(folder.path, 'cache', 'text-vectors'))).toBe(false);
  });
});

describe('thaw evaluate --live', () => {
  test('asks of the topics what it asks of the files that were imported', async () => {
    const { bootstrap } = await testBroker();
    const prefix = `${uniqueTopic('evaluate')}.`;
    const settings = { KAFKA_BROKERS: bootstrap, THAW_TOPIC_PREFIX: prefix, THAW_DATA_DIR: join(folder.path, 'data') };
    expect(await thaw(['import', folder.path], settings)).toMatchObject({ exit: 0 });

    const args = ['--models', 'top-demand,item-knn-sellers', '--output', 'json'];
    const files = await thaw(['evaluate', folder.path, ...args], settings);
    const live = await thaw(['evaluate', '--live', ...args], settings);
    expect(live).toMatchObject({ exit: 0 });
    const [expected, found] = [files, live].map(({ out }) => JSON.parse(out) as Result);
    expect(found).toMatchObject({
      dataset: 'live',
      candidates: expected!.candidates,
      test_listings: expected!.test_listings,
    });

    const tooMany = await thaw(['evaluate', '--live', '--most-events', '10'], settings);
    expect(tooMany).toMatchObject({ exit: 2, out: '' });
    expect(tooMany.err).toMatch(/hold \d+ events, and an evaluation keeps at most 10/);

    const removal = '{"product_id":"p0","status":"removed","event_time":"2020-01-01T00:00:00Z"}';
    expect(await thaw(['produce', 'products', removal], settings)).toMatchObject({ exit: 0 });
    const after = await thaw(['evaluate', '--live', ...args], settings);
    expect(after).toMatchObject({ exit: 0 });
    expect((JSON.parse(after.out) as Result).candidates).toBe(found!.candidates - 1);
  });
});
