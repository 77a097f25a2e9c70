import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operator, type recommender } from '@thaw/contracts';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecommenderProcess } from '../support/recommender-process.js';
import { dot, publishToyVersion, type ToyVersion, toyVector } from '../support/toy-version.js';
import { until } from '../support/until.js';
import { listed, LISTINGS, PRODUCTS, Shop } from './shop.js';

const { VersionState } = operator;

let shop: Shop;
let app: RecommenderProcess;
const toys = new Map<string, ToyVersion>();

beforeAll(async () => {
  shop = await Shop.open('swap');
  app = await shop.readyRecommender();
}, 120_000);

afterAll(async () => await shop.close());

const nameOf = (number: number): string => `v${String(number).padStart(6, '0')}`;

async function publish(number: number): Promise<string> {
  const version = nameOf(number);
  const kind = number % 2 === 0 ? 'hnsw' : 'exact';
  const options = { bundleDir: shop.bundleDir, version, products: PRODUCTS, sellers: ['s0', 's1'], seed: number, kind };
  toys.set(version, await publishToyVersion({ ...options, kind }));
  return version;
}

const serving = async (): Promise<string | undefined> => (await app.status()).context?.version;

/** Whether the answer is what its version says, and nothing else. */
function isOfItsVersion({ context, products }: recommender.RecommendResponse): boolean {
  const toy = toys.get(context!.version);
  if (toy === undefined) return false;
  const seller = toy.sellers.get('s0')!;
  const hidden = LISTINGS['s0']!;
  const best = [...toy.products]
    .filter(([id]) => !hidden.includes(id))
    .sort(([, a], [, b]) => dot(seller, b) - dot(seller, a))
    .slice(0, products.length)
    .map(([id]) => id);
  return products.map(({ productId }) => productId).join() === best.join();
}

test('versions are swapped under load without a failed call or a mixed answer', async () => {
  const { trainer } = shop;
  await trainer.announce(await publish(1), VersionState.SERVING);
  await until(async () => (await serving()) === nameOf(1));
  let isOver = false;
  const wrong: unknown[] = [];
  let answers = 0;
  const asking = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      try {
        const answer = await app.recommend('s0', { limit: 10 });
        answers += 1;
        if (!isOfItsVersion(answer)) wrong.push(answer);
      } catch (error) {
        wrong.push(error);
      }
    }
  });
  for (let number = 2; number <= 8; number++) {
    await trainer.announce(await publish(number), VersionState.SERVING);
    await trainer.announce(nameOf(number - 1), VersionState.STANDBY);
    await until(async () => (await serving()) === nameOf(number));
  }
  isOver = true;
  await Promise.all(asking);
  expect(wrong).toEqual([]);
  expect(answers).toBeGreaterThan(100);
  expect(await app.status()).toMatchObject({ swaps: 7 });
  expect(await app.metrics()).toContain('thaw_recommender_swaps_total{outcome="swapped"} 8');
}, 60_000);

test('a bundle that is damaged is refused, and the version before it goes on', async () => {
  const { trainer, bundleDir } = shop;
  const version = await publish(9);
  await truncate(join(bundleDir, version, 'vectors.safetensors'), 1000);
  await trainer.announce(version, VersionState.SERVING);
  await until(async () => (await app.metrics()).includes('thaw_recommender_swaps_total{outcome="failed"} 1'));
  expect(await serving()).toBe(nameOf(8));
  expect(isOfItsVersion(await app.recommend('s0', { limit: 10 }))).toBe(true);
});

test('a version that is announced again is gone back to, with what was embedded for it since', async () => {
  const { trainer } = shop;
  const toy = toys.get(nameOf(7))!;
  const near = Float32Array.from(toy.sellers.get('s0')!);
  await trainer.embed(nameOf(7), 'product:p20', near);
  await trainer.announce(nameOf(9), VersionState.REJECTED);
  await trainer.announce(nameOf(7), VersionState.SERVING);
  await until(async () => (await serving()) === nameOf(7));
  expect((await app.recommend('s0', { limit: 1 })).products[0]?.productId).toBe('p20');
});

test('a pinned version stays until it is released', async () => {
  const { trainer } = shop;
  await trainer.announce(nameOf(8), VersionState.SERVING, true);
  await until(async () => (await serving()) === nameOf(8));
  await trainer.announce(await publish(10), VersionState.SERVING);
  await trainer.announce(nameOf(8), VersionState.STANDBY);
  await until(async () => (await serving()) === nameOf(10));
});

test('after kill -9 it serves what was served, with the embeddings and the changes since', async () => {
  const { trainer } = shop;
  await trainer.embed(nameOf(10), 'seller:s1', toyVector(99, 'seller'));
  const sequence = await shop.happen(listed('s0', 'p22'));
  await shop.obeyed(app, sequence);
  const answers = async (from: RecommenderProcess) => {
    const found = [await from.recommend('s0', { limit: 100, explain: true }), await from.recommend('s1')];
    return found.map(({ context, products }) => ({ version: context?.version, products }));
  };
  const seller = toyVector(99, 'seller');
  const best = [...toys.get(nameOf(10))!.products]
    .filter(([id]) => !LISTINGS['s1']!.includes(id))
    .reduce((a, b) => (dot(seller, b[1]) > dot(seller, a[1]) ? b : a))[0];
  await until(async () => (await app.recommend('s1')).products[0]?.productId === best);
  const before = await answers(app);
  await app.kill('SIGKILL');
  app = await shop.readyRecommender();
  expect(await answers(app)).toEqual(before);
});

test('while the graph is away it answers with what it has; when it is back it goes on', async () => {
  const { graph } = shop;
  await graph.kill('SIGKILL');
  expect((await app.recommend('s0')).products).toHaveLength(20);
  expect(await app.isReady()).toBe(true);
});

test('it stops within its budget, and in order', async () => {
  await app.kill('SIGTERM');
  expect(app.exitCode).toBe(0);
  expect(app.log).toContain('"clean":true');
});
