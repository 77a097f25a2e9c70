import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadPackageDefinition, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fromServiceError, clientSecurity, loadConfig } from '@thaw/platform';
import { recommender } from '@thaw/contracts';
import { request as httpsRequest } from 'node:https';
import { makeCertificates } from '../../libs/platform/src/security/testing.fixture.js';
import type { RecommenderProcess } from '../support/recommender-process.js';
import { PRODUCTS, Shop } from './shop.js';

const TOKEN = 'a-token-of-some-length';

let shop: Shop;
let app: RecommenderProcess;

beforeAll(async () => {
  shop = await Shop.open('service');
  app = await shop.readyRecommender({ settings: { THAW_RECOMMENDER_MAX_WAITING: '4' } });
}, 120_000);

afterAll(async () => await shop.close());

/** The error that a call ends with, as a Thaw client reads it. */
async function failure(call: Promise<unknown>): Promise<ReturnType<typeof fromServiceError>> {
  return await call.then(
    () => undefined,
    (error: unknown) => fromServiceError(error as ServiceError),
  );
}

describe('requests that cannot be answered', () => {
  const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `x${i}`);

  test('name every field that is wrong', async () => {
    const request = { limit: 1001, categoryIds: ids(101), excludeProductIds: [''] };
    expect(await failure(app.recommend('y'.repeat(257), request))).toMatchObject({
      code: 'REQUEST_INVALID',
      details: {
        violations: [
          { field: 'seller_id', description: expect.stringContaining('257 characters') },
          { field: 'limit', description: expect.stringContaining('1000') },
          { field: 'category_ids', description: expect.stringContaining('100 are allowed') },
          { field: 'exclude_product_ids[0]', description: 'must not be empty' },
        ],
      },
    });
    expect(await failure(app.recommend([]))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await failure(app.recommend(ids(1001)))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await failure(app.recommend('s0', { excludeProductIds: ids(1001) }))).toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });

  test('a product that is not known is said to be so', async () => {
    expect(await failure(app.product('nothing'))).toMatchObject({ code: 'PRODUCT_UNKNOWN' });
    expect(await failure(app.similar('nothing'))).toMatchObject({ code: 'PRODUCT_UNKNOWN' });
  });

  test('a message that is larger than any good one is not read', async () => {
    await expect(app.recommend(['z'.repeat(600_000)])).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });
});

describe('more calls than there are places', () => {
  test('some are told at once to come later, the others are answered', async () => {
    const all = await Promise.allSettled(Array.from({ length: 400 }, () => app.recommend('s0')));
    const refused = all.filter((each) => each.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(400);
    for (const { reason } of refused) {
      const error = reason as ServiceError;
      expect(fromServiceError(error)).toMatchObject({ code: 'RECOMMENDER_BUSY', retryable: true });
      expect(error.metadata.get('grpc-status-details-bin').toString()).toContain('google.rpc.RetryInfo');
    }
    expect(await app.metrics()).toContain(
      `thaw_recommender_requests_total{method="Recommend",code="RECOMMENDER_BUSY"} ${refused.length}`,
    );
  });

  test('a deadline that has passed ends a call', async () => {
    await expect(app.recommend('s0', {}, -1)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect((await app.recommend('s0')).products).not.toHaveLength(0);
  });
});

describe('what tools ask', () => {
  const health = async (service: string): Promise<unknown> => {
    const definition = loadSync('health.proto', { includeDirs: [import.meta.dirname] });
    const { grpc } = loadPackageDefinition(definition) as never as {
      grpc: { health: { v1: { Health: new (...args: unknown[]) => Record<string, (...args: unknown[]) => void> } } };
    };
    const { credentials, options } = clientSecurity(loadConfig({}).config);
    const client = new grpc.health.v1.Health(`localhost:${app.grpcPort}`, credentials, options);
    return await new Promise((resolve, reject) => {
      client['check']!({ service }, (error: Error | null, answer: unknown) => {
        if (error) reject(error);
        else resolve(answer);
      });
    });
  };

  test('health, of the server and of its service', async () => {
    expect(await health('')).toEqual({ status: 1 });
    expect(await health('thaw.recommender.v1.RecommenderService')).toEqual({ status: 1 });
    await expect(health('another.Service')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  test('reflection lists the service', async () => {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const stream = app.client.makeBidiStreamRequest<Buffer, Buffer>(
      path,
      (bytes) => bytes,
      (bytes) => bytes,
      new Metadata(),
    );
    stream.write(Buffer.from([0x3a, 0x00])); // list_services
    const answer = await new Promise<Buffer>((resolve, reject) => {
      stream.once('data', resolve);
      stream.once('error', reject);
    });
    stream.end();
    expect(answer.toString()).toContain('thaw.recommender.v1.RecommenderService');
  });
});

describe('the gateway', () => {
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(app.httpUrl + path, init);
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: (await response.json()) as Record<string, unknown>,
    };
  };

  test('answers as gRPC does, as JSON', async () => {
    const path = '/v1/sellers/s0/recommendations?limit=5&categories=a1,a2&exclude=p07&explain=true';
    const filters = { limit: 5, categoryIds: ['a1', 'a2'], excludeProductIds: ['p07'], explain: true };
    const { products } = recommender.RecommendResponse.toJSON(await app.recommend('s0', filters)) as {
      products: unknown;
    };
    expect(await get(path)).toMatchObject({
      status: 200,
      body: { products, context: { fallback: expect.anything() } },
    });
    const body = JSON.stringify({ listedProducts: { productIds: ['p03'] }, limit: 3 });
    expect((await get('/v1/recommendations', { method: 'POST', body })).body['products']).toHaveLength(3);
    expect((await get('/v1/products/p07')).body).toMatchObject({ productId: 'p07', title: 'title of p07' });
    expect((await get('/v1/products/p07/similar?limit=2')).body['products']).toHaveLength(2);
    const why = recommender.ExplainResponse.toJSON(await app.explain('s0', 'p07')) as object;
    expect((await get('/v1/sellers/s0/explanations/p07')).body).toMatchObject({ ...why, context: expect.anything() });
    expect((await get('/v1/sellers/s0?limit=1')).body).toMatchObject({ listings: 3, listed: [{ productId: 'p00' }] });
    const page = (await get('/v1/candidates?bucket=1-3&limit=3&category=a0')).body;
    expect(page).toMatchObject({ matching: 2, candidates: [{ productId: 'p00' }, { productId: 'p03' }] });
    expect((await get('/v1/status')).body).toMatchObject({ candidates: PRODUCTS.length });
  });

  test.each([
    ['/v1/products/nothing', undefined, 404, 'PRODUCT_UNKNOWN'],
    ['/v1/sellers/s0/recommendations?limit=ten', undefined, 400, 'REQUEST_INVALID'],
    ['/v1/sellers/s0/recommendations?limit=1001', undefined, 400, 'REQUEST_INVALID'],
    ['/v1/recommendations', { method: 'POST', body: '{"limit":' }, 400, 'REQUEST_INVALID'],
    ['/v1/recommendations', { method: 'POST', body: '{"sellerId":"s0","limit":"x"}' }, 400, 'REQUEST_INVALID'],
    ['/v1/recommendations', { method: 'POST', body: `"${'x'.repeat(600_000)}"` }, 400, 'REQUEST_INVALID'],
    ['/v1/candidates?bucket=few', undefined, 400, 'REQUEST_INVALID'],
    ['/v1/sellers/nobody', undefined, 404, 'SELLER_UNKNOWN'],
    ['/v1/nothing', undefined, 404, 'HTTP'],
  ])('%s with %p is a problem', async (path, init, code, name) => {
    const answer = await get(path, init);
    expect(answer).toMatchObject({ status: code, type: 'application/problem+json; charset=utf-8' });
    expect(answer.body).toMatchObject({ code: name, status: code });
  });
});

describe('beyond loopback', () => {
  test('it refuses to listen without TLS and tokens', async () => {
    const start = shop.recommender({ settings: { THAW_HTTP_HOST: '0.0.0.0' } });
    await expect(start).rejects.toThrow('THAW_INSECURE_LISTEN');
  });

  test('with TLS, client certificates and tokens it answers those who have all of them', async () => {
    const { ca, server, client } = makeCertificates();
    const settings = {
      THAW_HTTP_HOST: '0.0.0.0',
      THAW_TLS_CERT: server.cert,
      THAW_TLS_KEY: server.key,
      THAW_TLS_CLIENT_CA: ca,
      THAW_API_TOKENS: TOKEN,
    };
    const own = { THAW_TLS_CA: ca, THAW_TLS_CERT: client.cert, THAW_TLS_KEY: client.key };
    const channelOf = (variables: Record<string, string>) => clientSecurity(loadConfig(variables).config);
    const graph = { THAW_GRAPH_ADDRESS: 'localhost:1' };
    const secured = await shop.recommender({
      settings: { ...settings, ...graph },
      channel: channelOf({ ...own, THAW_API_TOKENS: TOKEN }),
    });
    // It has no graph, which is all that it says to those who may ask.
    expect(await failure(secured.recommend('s0'))).toMatchObject({ code: 'GRAPH_NOT_READY' });
    const as = (variables: Record<string, string>) => {
      const { credentials, options } = channelOf(variables);
      const caller = new recommender.RecommenderServiceClient(`localhost:${secured.grpcPort}`, credentials, options);
      return new Promise((resolve, reject) => {
        caller.getServingStatus({}, (error, answer) => {
          caller.close();
          if (error) reject(error);
          else resolve(answer);
        });
      });
    };
    await expect(as(own)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await expect(as({ ...own, THAW_API_TOKENS: `${TOKEN}-not` })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    await expect(as({ THAW_TLS_CA: ca, THAW_API_TOKENS: TOKEN })).rejects.toMatchObject({ code: status.UNAVAILABLE });

    const overHttp = async (headers: Record<string, string>): Promise<number> => {
      const port = new URL(secured.httpUrl).port;
      const options = { host: 'localhost', port, path: '/v1/status', ca, ...client, headers };
      return await new Promise((resolve, reject) => {
        const asking = httpsRequest(options, (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        });
        asking.once('error', reject).end();
      });
    };
    expect(await overHttp({})).toBe(401);
    expect(await overHttp({ authorization: `Bearer ${TOKEN}` })).toBe(503);
    expect(secured.log).not.toContain(TOKEN);
  });
});
