import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator, recommender } from '@thaw/contracts';
import type { RecommenderProcess } from '../support/recommender-process.js';
import { dot, publishToyVersion, type ToyVersion, toyVector } from '../support/toy-version.js';
import { until } from '../support/until.js';
import { bought, listed, LISTINGS, product, PRODUCTS, Shop, withdrawn } from './shop.js';

const { Fallback, SellerVector, Standing } = recommender;
const { VersionState } = operator;
/** Not in the version: the product and the seller that come later. */
const KNOWN = PRODUCTS.slice(0, 28);

let shop: Shop;
let app: RecommenderProcess;
let toy: ToyVersion;

beforeAll(async () => {
  shop = await Shop.open('answers');
  app = await shop.readyRecommender();
}, 120_000);

afterAll(async () => await shop.close());

const ids = ({ products }: { products: { productId: string }[] }): string[] => products.map((each) => each.productId);

/** The order that exact search over the vectors gives, of products that the seller may be shown. */
function expected(seller: Float32Array, hidden: readonly string[]): string[] {
  const rest = [...toy.products].filter(([id]) => !hidden.includes(id));
  return rest.sort(([, a], [, b]) => dot(seller, b) - dot(seller, a)).map(([id]) => id);
}

describe('before there is a version', () => {
  test('every answer is a fallback, and says why', async () => {
    const known = await app.recommend('s0', { limit: 100 });
    expect(known.context).toMatchObject({ version: '', fallback: Fallback.NO_VERSION });
    expect(ids(known).sort()).toEqual(PRODUCTS.filter((id) => !LISTINGS['s0']!.includes(id)));
    expect((await app.recommend('nobody')).context?.fallback).toBe(Fallback.UNKNOWN_SELLER);
    expect((await app.recommend('s2')).context?.fallback).toBe(Fallback.SELLER_WITHOUT_LISTINGS);
    expect((await app.recommend(['no such product'])).context?.fallback).toBe(Fallback.UNKNOWN_SELLER);
    expect((await app.similar('p00')).context?.fallback).toBe(Fallback.NO_VERSION);
    const why = await app.explain('s0', 'p07');
    expect(why).toMatchObject({ standing: Standing.RANKED, rank: ids(known).indexOf('p07') + 1, score: 3 });
    expect(why.channels).toEqual([]);
    expect(await app.seller('s0')).toMatchObject({ vector: SellerVector.NONE });
  });
});

describe('with a version', () => {
  beforeAll(async () => {
    const { bundleDir, trainer } = shop;
    toy = await publishToyVersion({
      bundleDir,
      version: 'v000001',
      products: KNOWN,
      candidates: KNOWN.slice(0, 20),
      sellers: ['s0', 's1', 's2'],
      seed: 1,
    });
    await trainer.announce('v000001', VersionState.SERVING);
    await until(async () => (await app.status()).context?.version === 'v000001');
  }, 60_000);

  test('a seller gets the candidates that it does not list, nearest first, also those not in the index', async () => {
    const { context, products } = await app.recommend('s0', { limit: 100 });
    expect(context).toMatchObject({ version: 'v000001', fallback: Fallback.NONE });
    expect(ids({ products })).toEqual(expected(toy.sellers.get('s0')!, LISTINGS['s0']!));
    const [first] = products;
    expect(first).toMatchObject({ title: `title of ${first!.productId}`, customers: 3 });
    expect(first!.score).toBeCloseTo(dot(toy.sellers.get('s0')!, toy.products.get(first!.productId)!), 5);
    expect(await app.status()).toMatchObject({ candidates: 30, recommendable: 28, sellers: 3, indexKind: 'exact' });
  });

  test('limit, categories and exclusions hold', async () => {
    const all = await app.recommend('s0', { limit: 1000 });
    expect((await app.recommend('s0')).products).toHaveLength(20);
    expect(ids(await app.recommend('s0', { limit: 3 }))).toEqual(ids(all).slice(0, 3));
    const [first] = ids(all);
    const some = await app.recommend('s0', { limit: 1000, categoryIds: ['a1'], excludeProductIds: [first!, 'x'] });
    const left = all.products.filter(({ categoryId, productId }) => categoryId === 'a1' && productId !== first);
    expect(ids(some)).toEqual(ids({ products: left }));
  });

  test('a new seller is known by what it means to list', async () => {
    const one = await app.recommend(['p07'], { limit: 100 });
    expect(one.context?.fallback).toBe(Fallback.NONE);
    const own = Float32Array.from(toy.products.get('p07')!, (value, k) => value / (k < 8 ? 0.7 : 0.4));
    own[14] = 1;
    expect(ids(one)).toEqual(expected(own, ['p07']));
    expect(ids(await app.similar('p07', 100))).toEqual(ids(one));
  });

  test('reasons are those of the live graph and of the texts', async () => {
    const { products } = await app.recommend('s0', { limit: 100, explain: true });
    for (const { productId, categoryId, reasons } of products) {
      const counts = await Promise.all(
        LISTINGS['s0']!.map(async (other) => ({ other, ...(await shop.graph.count(productId, other)) })),
      );
      const kept = counts.filter((each) => each.kept).sort((a, b) => b.count - a.count || (a.other < b.other ? -1 : 1));
      expect(reasons?.boughtWith).toEqual(
        kept.map(({ other, count }) => ({ productId: other, title: `title of ${other}`, customers: count })),
      );
      const categories = await Promise.all(LISTINGS['s0']!.map(async (id) => (await app.product(id)).categoryId));
      expect(reasons?.sameCategoryListings).toBe(categories.filter((each) => each === categoryId).length);
      const texts = LISTINGS['s0']!.map((id) => ({
        id,
        cosine: dot(toy.products.get(id)!.subarray(8, 14), toy.products.get(productId)!.subarray(8, 14)) / 0.16,
      }));
      const nearest = texts.reduce((best, each) => (each.cosine > best.cosine ? each : best));
      expect(reasons).toMatchObject({ similarProductId: nearest.id });
      expect(reasons!.textSimilarity).toBeCloseTo(nearest.cosine, 4);
    }
  });

  test('explain gives the place, the shares that make up the score, and the evidence of every pair', async () => {
    const all = await app.recommend('s0', { limit: 100, explain: true });
    for (const [place, { productId, score, reasons }] of all.products.entries()) {
      const why = await app.explain('s0', productId);
      expect(why).toMatchObject({ standing: Standing.RANKED, rank: place + 1, candidate: true, maxListings: 3 });
      expect(why.channels.map(({ channel }) => channel)).toEqual(['id-hash', 'text-profile', 'bias']);
      expect(why.score).toBeCloseTo(score, 5);
      expect(why.channels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(why.score, 12);
      const [seller, row] = [toy.sellers.get('s0')!, toy.products.get(productId)!];
      expect(why.channels[0]!.share).toBeCloseTo(dot(seller.subarray(0, 8), row.subarray(0, 8)), 6);
      expect(why.boughtWith).toEqual(reasons!.boughtWith);
      expect(why.boughtWithTotal).toBe(why.boughtWith.length);
      expect(why.nearListings.map((each) => each.productId).sort()).toEqual(LISTINGS['s0']);
      expect(why.nearListings[0]).toMatchObject({ productId: reasons!.similarProductId });
    }
  });

  test('explain says why a product is not recommended, and where it would stand', async () => {
    const [best] = (await app.recommend('s0', { limit: 1 })).products;
    const own = await app.explain('s0', 'p00');
    expect(own).toMatchObject({ standing: Standing.LISTED_BY_SELLER, sellerListings: 3, candidate: true });
    const above = (await app.recommend('s0', { limit: 100 })).products.filter(({ score }) => score > own.score);
    expect(own.rank).toBe(above.length + 1);
    expect(await app.explain('s0', 'p29')).toMatchObject({ standing: Standing.WITHOUT_VECTOR, rank: 0, channels: [] });
    expect(await app.explain('s0', 'nothing')).toMatchObject({ standing: Standing.NOT_IN_GRAPH, candidate: false });
    expect(await app.explain('nobody', best!.productId)).toMatchObject({
      context: { fallback: Fallback.UNKNOWN_SELLER },
      standing: Standing.RANKED,
      score: 3,
    });
    await expect(app.explain('', 'p00')).rejects.toMatchObject({ code: 3 });
  });

  test('candidates come page by page, and are counted by listings', async () => {
    const paged: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await app.candidates({ limit: 7, pageToken });
      paged.push(...page.candidates.map(({ productId }) => productId));
      expect(page.matching).toBe(PRODUCTS.length);
      if (page.nextPageToken === '') break;
      pageToken = page.nextPageToken;
    }
    expect(paged).toEqual(PRODUCTS); // all have three customers: ties by id
    const { buckets } = await app.candidates();
    expect(buckets.map(({ candidates }) => candidates)).toEqual([26, 4, 0]);
    const listedOnes = await app.candidates({ minListings: 1, maxListings: 1, categoryId: 'a0' });
    expect(listedOnes.candidates).toMatchObject([{ productId: 'p03', listings: 1, customers: 3, hasVector: true }]);
    expect((await app.candidates({ maxListings: 0 })).matching).toBe(26);
    await expect(app.candidates({ pageToken: 'none' })).rejects.toMatchObject({ code: 3 });
    await expect(app.candidates({ minListings: 2, maxListings: 1 })).rejects.toMatchObject({ code: 3 });
  });

  test('a seller and a product are told with what the graph and the version have of them', async () => {
    expect(await app.seller('s0', 2)).toMatchObject({
      vector: SellerVector.OWN,
      listings: 3,
      candidateListings: 3,
      listed: [
        { productId: 'p00', listings: 2 },
        { productId: 'p01', listings: 1 },
      ],
      categories: [{ categoryId: 'a0', listings: 1 }, { categoryId: 'a1' }, { categoryId: 'a2' }],
    });
    expect(await app.seller('s2')).toMatchObject({ listings: 0, vector: SellerVector.NONE });
    await expect(app.seller('nobody')).rejects.toMatchObject({ code: 5 });
    const { neighbours, ...p00 } = await app.product('p00');
    expect(p00).toMatchObject({ hasVector: true, edges: 14 }); // 4 with its customers, 10 with two of them
    expect(neighbours).toHaveLength(10);
    for (const { productId, customers } of neighbours) {
      expect(customers).toBe((await shop.graph.count('p00', productId)).count);
    }
  });

  test('live embeddings take the place of those of the version', async () => {
    const { trainer } = shop;
    const near = Float32Array.from(toy.sellers.get('s0')!);
    await trainer.embed('v000001', 'product:p28', near);
    await trainer.embed('v000002', 'product:p29', near);
    await until(async () => ids(await app.recommend('s0', { limit: 1 }))[0] === 'p28');
    const seller = toyVector(77, 'seller');
    await trainer.embed('v000001', 'seller:s1', seller);
    const hidden = LISTINGS['s1']!;
    await until(async () => {
      const found = ids(await app.recommend('s1', { limit: 100 })).filter((id) => id !== 'p28');
      return found.join() === expected(seller, hidden).join();
    });
    expect(ids(await app.recommend('s0', { limit: 100 }))).not.toContain('p29');
  });

  test('a new listing, an eviction, a takedown and an admission are obeyed from their change on', async () => {
    const [first, second, third] = ids(await app.recommend('s0', { limit: 3 }));
    await shop.obeyed(app, await shop.happen(listed('s0', first!)));
    expect(ids(await app.recommend('s0', { limit: 100 }))).not.toContain(first);

    await shop.obeyed(app, await shop.happen(listed('t0', second!), listed('t1', second!), listed('t2', second!)));
    expect(await app.product(second!)).toMatchObject({ candidate: false, listings: 3 });
    expect(ids(await app.recommend('s0', { limit: 100 }))).not.toContain(second);
    expect(ids(await app.recommend('nobody', { limit: 100 }))).not.toContain(second);

    await shop.obeyed(app, await shop.happen(product(third!, 'removed')));
    expect(ids(await app.recommend('s0', { limit: 100 }))).not.toContain(third);
    await expect(app.product(third!)).rejects.toMatchObject({ code: 5 });

    await shop.obeyed(app, await shop.happen(withdrawn('t0', second!)));
    expect(ids(await app.recommend('s0', { limit: 100 }))).toContain(second);
    expect((await app.status()).tombstoneShare).toBeGreaterThanOrEqual(0);
  });

  test('a seller that the version does not know is known by its listings; a product waits for its embedding', async () => {
    const customers = [0, 1, 2].map((customer) => bought(`customer ${customer}`, 'p90'));
    await shop.obeyed(app, await shop.happen(product('p90'), ...customers, listed('s9', 'p10')));
    const { context, products } = await app.recommend('s9', { limit: 100 });
    expect(context?.fallback).toBe(Fallback.NONE);
    expect(ids({ products })).toEqual(ids(await app.recommend(['p10'], { limit: 100 })));
    expect(ids({ products })).not.toContain('p90');
    expect((await app.similar('p90')).context?.fallback).toBe(Fallback.NO_VECTOR);
    await shop.trainer.embed('v000001', 'product:p90', toyVector(5, 'product'));
    await until(async () => ids(await app.recommend('s9', { limit: 100 })).includes('p90'));
  });
});
