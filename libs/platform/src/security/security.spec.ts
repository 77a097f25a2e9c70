import { afterEach, describe, expect, test } from '@jest/globals';
import { makeGenericClientConstructor, Server, type ServiceDefinition } from '@grpc/grpc-js';
import { ThawError } from '@thaw/contracts';
import { type ApiToken, type Config, loadConfig } from '../config/index.js';
import { listenGrpc, stopGrpc } from '../grpc/index.js';
import { BearerTokens, requireRole } from './bearer-tokens.js';
import { clientSecurity, ownCaller } from './client.js';
import { requireSafeListening } from './listening.js';
import { serverCredentials } from './server.js';
import { makeCertificates } from './testing.fixture.js';

const TOKEN = 'a-token-of-some-length';
const configOf = (environment: Record<string, string>): Config => loadConfig(environment).config;

describe('bearer tokens', () => {
  const ANN = { name: 'ann', role: 'operator' as const, token: TOKEN };
  const BOB = { name: 'bob', role: 'viewer' as const, token: 'another.one.as.long' };
  const codeOf = (tokens: ApiToken[], authorization?: string): string => {
    try {
      return new BearerTokens(tokens).check(authorization).name;
    } catch (error) {
      return ThawError.from(error).code;
    }
  };

  test('say who calls; without any, everybody is a local admin', () => {
    expect(new BearerTokens([BOB, ANN]).check(`Bearer ${TOKEN}`)).toEqual({ name: 'ann', role: 'operator' });
    expect(codeOf([ANN, BOB], `bearer  ${BOB.token} `)).toBe('bob');
    expect(new BearerTokens([]).check(undefined)).toEqual({ name: 'local', role: 'admin' });
  });

  test.each([undefined, '', 'Bearer', TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`])(
    '%p is refused',
    (authorization) => expect(codeOf([ANN], authorization)).toBe('AUTHENTICATION'),
  );

  test.each([
    ['viewer', 'viewer', true],
    ['viewer', 'operator', false],
    ['operator', 'operator', true],
    ['operator', 'admin', false],
    ['admin', 'operator', true],
    ['admin', 'admin', true],
  ] as const)('the role %s for what needs %s: %p', (role, needed, isEnough) => {
    const ask = (): void => requireRole({ name: 'ann', role }, needed, 'Rollback');
    if (isEnough) ask();
    else
      expect(ask).toThrow(
        expect.objectContaining({ code: 'PERMISSION_DENIED', details: { caller: 'ann', role, needed } }),
      );
  });

  test('never show in the list of settings, and are struck out of logs', () => {
    const { report, secrets } = loadConfig({ THAW_API_TOKENS: `viewer:bob:${TOKEN}, second-token-that-is-long` });
    expect(JSON.stringify(report)).not.toContain(TOKEN);
    expect(secrets).toEqual([TOKEN, 'second-token-that-is-long']);
  });

  test('have a role and a name; one alone is an admin, named by its place', () => {
    const text = `viewer:bob:${BOB.token}\n${TOKEN},,operator:ci@shop:${'x'.repeat(16)}=`;
    const environment = { THAW_API_TOKENS_FILE: '/run/secrets/tokens' };
    expect(loadConfig(environment, { readText: () => text }).config.security.apiTokens).toEqual([
      BOB,
      { role: 'admin', name: 'token-2', token: TOKEN },
      { role: 'operator', name: 'ci@shop', token: `${'x'.repeat(16)}=` },
    ]);
  });

  test.each([
    [`${TOKEN},root:bob:${BOB.token}`, 'entry 2 has a role that is not one of viewer, operator, admin'],
    [`viewer:${TOKEN}`, 'entry 1 must be role:name:token'],
    [`viewer:bob:${TOKEN}:x`, 'entry 1 must be role:name:token'],
    [`viewer:b b:${TOKEN}`, 'entry 1 must be role:name:token'],
    [`viewer::${TOKEN}`, 'entry 1 has a name that is not'],
    ['viewer:bob:short', 'entry 1 must have at least 16 characters'],
    [`viewer:bob:${TOKEN}$`, 'entry 1 may only have letters'],
    [`viewer:bob:${TOKEN} admin:ann:${TOKEN}`, 'entry 2 has the same token as entry 1'],
  ])('%s cannot be used, and is not told', (text, problem) => {
    expect(() => configOf({ THAW_API_TOKENS: text })).toThrow(problem);
    expect(() => configOf({ THAW_API_TOKENS: text })).not.toThrow(TOKEN);
  });

  test('say who a process itself is', () => {
    const tokens = { THAW_API_TOKENS: `viewer:bob:${BOB.token},operator:ann:${TOKEN}` };
    expect(ownCaller(configOf({}))).toEqual({ name: 'local', role: 'admin' });
    expect(ownCaller(configOf(tokens))).toEqual({ name: 'bob', role: 'viewer' });
    expect(ownCaller(configOf({ ...tokens, THAW_API_TOKEN: TOKEN }))).toEqual({ name: 'ann', role: 'operator' });
    expect(ownCaller(configOf({ THAW_API_TOKEN: TOKEN }))).toEqual({ name: 'local', role: 'admin' });
  });
});

describe('listening beyond this machine', () => {
  const secured = { THAW_TLS_CERT: 'c', THAW_TLS_KEY: 'k' };
  test.each([
    ['on loopback', {}],
    ['on IPv6 loopback', { THAW_HTTP_HOST: '::1' }],
    ['with TLS and tokens', { THAW_HTTP_HOST: '0.0.0.0', ...secured, THAW_API_TOKENS: TOKEN }],
    ['with client certificates', { THAW_HTTP_HOST: '10.0.0.1', ...secured, THAW_TLS_CLIENT_CA: 'ca' }],
    ['when told so', { THAW_HTTP_HOST: '0.0.0.0', THAW_INSECURE_LISTEN: 'true' }],
  ])('goes %s', (_, environment) => requireSafeListening(configOf(environment)));

  test.each([
    ['THAW_TLS_CERT', { THAW_HTTP_HOST: '0.0.0.0', THAW_API_TOKENS: TOKEN }],
    ['THAW_API_TOKENS', { THAW_HTTP_HOST: '::', ...secured }],
    ['THAW_INSECURE_LISTEN', { THAW_HTTP_HOST: 'example.org' }],
  ])('is refused without, and told of %s', (setting, environment) => {
    expect(() => requireSafeListening(configOf(environment))).toThrow(setting);
  });
});

describe('TLS between apps', () => {
  const { ca, server: own, client: other } = makeCertificates();
  const echo = {
    echo: {
      path: '/test.Echo/Echo',
      requestStream: false,
      responseStream: false,
      requestSerialize: (text: string) => Buffer.from(text),
      requestDeserialize: (bytes: Buffer) => bytes.toString(),
      responseSerialize: (text: string) => Buffer.from(text),
      responseDeserialize: (bytes: Buffer) => bytes.toString(),
    },
  } satisfies ServiceDefinition;
  type Unary = (text: string, done: (error: Error | null, answer: string) => void) => void;
  let server: Server;
  afterEach(async () => await stopGrpc(server));

  /** Asks a server with the one configuration by a client with the other; the answer is the header it came with. */
  async function ask(serving: Record<string, string>, calling: Record<string, string>): Promise<string> {
    server = new Server();
    server.addService(echo, {
      echo: (call: { metadata: { get: (name: string) => unknown[] } }, reply: (error: null, answer: string) => void) =>
        reply(null, String(call.metadata.get('authorization')[0])),
    });
    const address = { host: '127.0.0.1', port: 0, portSetting: 'PORT' };
    const port = await listenGrpc(server, { ...address, credentials: serverCredentials(configOf(serving)) });
    const { credentials, options } = clientSecurity(configOf(calling));
    const Client = makeGenericClientConstructor(echo, 'Echo');
    const client = new Client(`localhost:${port}`, credentials, options);
    try {
      return await new Promise((resolve, reject) => {
        (client['echo'] as unknown as Unary).call(client, 'hello', (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        );
      });
    } finally {
      client.close();
    }
  }

  const serving = { THAW_TLS_CERT: own.cert, THAW_TLS_KEY: own.key };

  test('the token goes along, in the clear on loopback and within TLS', async () => {
    const token = { THAW_API_TOKENS: TOKEN };
    expect(await ask({}, token)).toBe(`Bearer ${TOKEN}`);
    await stopGrpc(server);
    expect(await ask({}, { ...token, THAW_API_TOKEN: 'the-token-of-its-own' })).toBe('Bearer the-token-of-its-own');
    await stopGrpc(server);
    expect(await ask(serving, { ...token, THAW_TLS_CA: ca })).toBe(`Bearer ${TOKEN}`);
  });

  test('a client without a certificate of the authority is turned away where one is asked for', async () => {
    const mutual = { ...serving, THAW_TLS_CLIENT_CA: ca };
    await expect(ask(mutual, { THAW_TLS_CA: ca })).rejects.toThrow('UNAVAILABLE');
    await stopGrpc(server);
    const known = { THAW_TLS_CA: ca, THAW_TLS_CERT: other.cert, THAW_TLS_KEY: other.key };
    expect(await ask(mutual, known)).toBe('undefined');
  });
});
