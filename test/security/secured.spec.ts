import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, type MethodDefinition, status } from '@grpc/grpc-js';
import { graph } from '@thaw/contracts';
import { clientSecurity, loadConfig } from '@thaw/platform';
import { thaw } from '../../apps/cli/src/testing/thaw.js';
import { makeCertificates } from '../../libs/platform/src/security/testing.fixture.js';
import { RunningThaw } from '../main-job/running-thaw.js';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';

const TOKEN = 'a-token-of-some-length';
const TOKENS = { admin: TOKEN, operator: `${TOKEN}-operator`, viewer: `${TOKEN}-viewer` };
const { ca, server, client } = makeCertificates();
/** One certificate for what an app is to its clients and to the apps that it calls. */
const SECURITY = {
  THAW_TLS_CERT: server.cert,
  THAW_TLS_KEY: server.key,
  THAW_TLS_CLIENT_CA: ca,
  THAW_TLS_CA: ca,
  THAW_API_TOKENS: `${TOKEN},operator:otto:${TOKENS.operator},viewer:vera:${TOKENS.viewer}`,
};

let running: RunningThaw;
beforeAll(async () => {
  const { bootstrap } = await testBroker();
  const settings = { ...SECURITY, KAFKA_BROKERS: bootstrap, THAW_TOPIC_PREFIX: `${uniqueTopic('secured')}.` };
  running = await RunningThaw.start(settings, ['--no-simulate']);
}, 120_000);
afterAll(async () => {
  await running.stop();
}, 60_000);

/** Asks apps/graph for its funnel, and for a copy, as somebody with these settings does. */
async function ask(variables: Readonly<Record<string, string>>): Promise<{ funnel: number; copy: number }> {
  const { credentials, options } = clientSecurity(loadConfig(variables).config);
  const caller = new graph.GraphServiceClient(running.grpc('graph'), credentials, options);
  const funnel = await new Promise<number>((resolve) => {
    caller.getFunnel({}, (error) => resolve(error?.code ?? status.OK));
  });
  const copy = await new Promise<number>((resolve) => {
    const stream = caller.readGraph({ replayShare: 0 });
    stream.on('data', () => undefined).once('end', () => resolve(status.OK));
    stream.once('error', (error: Error & { code?: number }) => resolve(error.code ?? status.UNKNOWN));
  });
  caller.close();
  return { funnel, copy };
}

/** Calls a method with an empty request. @returns the gRPC status */
async function call(caller: Client, method: MethodDefinition<never, unknown>): Promise<number> {
  const empty = (): Buffer => Buffer.alloc(0);
  const { path, responseStream, responseDeserialize } = method;
  return await new Promise((resolve) => {
    const done = (error?: { readonly code?: number } | null): void => resolve(error?.code ?? status.OK);
    if (!responseStream) caller.makeUnaryRequest(path, empty, responseDeserialize, undefined, done);
    else {
      const stream = caller.makeServerStreamRequest(path, empty, responseDeserialize, undefined);
      stream.on('data', () => undefined).once('end', done);
      stream.once('error', done);
    }
  });
}

describe('with TLS, client certificates and tokens', () => {
  test('the apps find each other, and thaw status finds them', async () => {
    const seen = await eventually(async () => {
      const { exit, out } = await thaw(['status', '--output', 'json'], running.settings);
      return exit === 0
        ? (JSON.parse(out) as { apps: { http: string }[]; funnel: object; serving: object })
        : undefined;
    }, 'all apps are ready');
    expect(seen.apps.map(({ http }) => new URL(http).protocol)).toEqual(['https:', 'https:', 'https:']);
    expect(seen.funnel).toMatchObject({ candidates: 0 });
    expect(seen.serving).toMatchObject({ candidates: 0 });
  });

  test('apps/graph answers those who have all of them, and nobody else', async () => {
    const own = { THAW_TLS_CA: ca, THAW_TLS_CERT: client.cert, THAW_TLS_KEY: client.key };
    expect(await ask({ ...own, THAW_API_TOKENS: TOKEN })).toEqual({ funnel: status.OK, copy: status.OK });
    const { UNAUTHENTICATED, UNAVAILABLE } = status;
    expect(await ask(own)).toEqual({ funnel: UNAUTHENTICATED, copy: UNAUTHENTICATED });
    const wrong = { ...own, THAW_API_TOKENS: `${TOKEN}-not` };
    expect(await ask(wrong)).toEqual({ funnel: UNAUTHENTICATED, copy: UNAUTHENTICATED });
    const noCertificate = { THAW_TLS_CA: ca, THAW_API_TOKENS: TOKEN };
    expect(await ask(noCertificate)).toEqual({ funnel: UNAVAILABLE, copy: UNAVAILABLE });
  });

  test('every rpc of apps/graph asks for a token, and those that tell of customers or of everything for a role', async () => {
    const own = { THAW_TLS_CA: ca, THAW_TLS_CERT: client.cert, THAW_TLS_KEY: client.key };
    const { UNAUTHENTICATED, PERMISSION_DENIED }: Readonly<Record<string, number | string>> = status;
    const refused: Record<string, string[]> = {};
    for (const who of ['nobody', 'viewer', 'operator', 'admin'] as const) {
      const variables = who === 'nobody' ? own : { ...own, THAW_API_TOKENS: TOKENS[who] };
      const { credentials, options } = clientSecurity(loadConfig(variables).config);
      const caller = new graph.GraphServiceClient(running.grpc('graph'), credentials, options);
      for (const [name, method] of Object.entries(graph.GraphServiceService)) {
        const answer = await call(caller, method as unknown as MethodDefinition<never, unknown>);
        if (answer === UNAUTHENTICATED) expect(who).toBe('nobody');
        else expect(who).not.toBe('nobody');
        if (answer === PERMISSION_DENIED) (refused[name] ??= []).push(who);
      }
      caller.close();
    }
    expect(refused).toEqual({ getCustomer: ['viewer'], backUp: ['viewer', 'operator'] });
  }, 60_000);
});
