import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Client,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { type AuditEntry, decodeAudit, operator, type Role } from '@thaw/contracts';
import { AuditLog, BearerTokens, clientSecurity, createLogger, listenGrpc, loadConfig, stopGrpc } from '@thaw/platform';
import { RunDesk } from '../run/run-desk.js';
import type { Pause } from '../trainer.js';
import { VersionLedger } from '../versions/version-ledger.js';
import { CommandLog } from './command-log.js';
import { operatorService, operatorServiceDefinition } from './operator-service.js';

const { RunKind, RunState, VersionState } = operator;
const tokenOf = (role: Role): string => `the-token-of-${role}`;
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];
const closing: (() => Promise<void> | void)[] = [];

let audit: AuditEntry[];
let trainer: { pause: Pause | undefined };
let clients: ReadonlyMap<Role | 'nobody', operator.OperatorServiceClient>;

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** A service whose runs never end, with a version that serves, one before it and one that the gate rejected. */
beforeEach(async () => {
  audit = [];
  trainer = { pause: undefined };
  const sink = {
    send: (_: string, records: readonly { readonly value: Buffer }[]): Promise<void> => {
      audit.push(...records.map(({ value }) => decodeAudit(value)!));
      return Promise.resolve();
    },
  };
  const log = new AuditLog(sink, '', () => undefined);
  const ledger = new VersionLedger(() => Promise.resolve());
  for (const [version, state] of [
    ['v000001', VersionState.STANDBY],
    ['v000002', VersionState.SERVING],
    ['v000003', VersionState.REJECTED],
  ] as const) {
    ledger.take(operator.Version.fromPartial({ version, state, rejectedBecause: 'worse' }));
  }
  const desk = new RunDesk({
    perform: (run) =>
      new Promise((_, reject) => run.cancelled.signal.addEventListener('abort', () => reject(new Error('cancelled')))),
    attempts: 1,
    logger: createLogger({ level: 'silent', format: 'json' }),
    onFailedAttempt: () => undefined,
    onEnd: () => undefined,
    remember: () => undefined,
  });
  const tokens = new BearerTokens(ROLES.map((role) => ({ role, name: `${role}-1`, token: tokenOf(role) })));
  const server = new Server();
  server.addService(
    operatorServiceDefinition,
    operatorService({
      desk,
      ledger,
      trainer,
      tokens,
      audit: log,
      commands: new CommandLog(log),
      onServed: () => undefined,
    }),
  );
  const address = { host: '127.0.0.1', port: 0, portSetting: 'PORT', credentials: ServerCredentials.createInsecure() };
  const port = await listenGrpc(server, address);
  closing.push(
    async () => await desk.close(),
    async () => await stopGrpc(server),
  );
  const clientOf = (variables: Readonly<Record<string, string>>): operator.OperatorServiceClient => {
    const { credentials, options } = clientSecurity(loadConfig(variables).config);
    const client = new operator.OperatorServiceClient(`127.0.0.1:${port}`, credentials, options);
    closing.push(() => client.close());
    return client;
  };
  clients = new Map([
    ['nobody', clientOf({})] as const,
    ...ROLES.map((role) => [role, clientOf({ THAW_API_TOKEN: tokenOf(role) })] as const),
  ]);
});

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly value: Readonly<Record<string, unknown>> | undefined;
}

/** One call of an rpc by its name; a stream is left after its first message. */
async function call(role: Role | 'nobody', rpc: string, request: object): Promise<Answer> {
  const client = clients.get(role)! as Client;
  const definitions: Readonly<Record<string, MethodDefinition<object, object>>> = operatorServiceDefinition as never;
  const { path, requestSerialize, responseDeserialize, responseStream } = definitions[rpc]!;
  const args = [path, requestSerialize, responseDeserialize] as const;
  return await new Promise((resolve) => {
    const done = (error: ServiceError | null, value?: unknown): void =>
      resolve({ code: error?.code ?? status.OK, message: error?.message ?? '', value: value as Answer['value'] });
    if (responseStream) {
      const stream = client.makeServerStreamRequest(...args, request, new Metadata());
      stream.once('data', (first) => {
        done(null, first);
        stream.cancel();
      });
      stream.on('error', (error: ServiceError) => done(error));
    } else {
      client.makeUnaryRequest(...args, request, new Metadata(), (error, value) => done(error, value));
    }
  });
}

const commandId = 'c-1';
/** What each rpc needs, with a request that it can answer once a run is under way. */
const RPCS: Readonly<Record<keyof typeof operatorServiceDefinition, readonly [Role, object]>> = {
  startRun: ['operator', { commandId, kind: RunKind.FULL, reason: 'test' }],
  cancelRun: ['operator', { commandId, runId: '', reason: '' }],
  watchRun: ['viewer', { runId: '' }],
  listRuns: ['viewer', { limit: 0 }],
  getTrainingStatus: ['viewer', {}],
  setFineTunesPaused: ['operator', { commandId, paused: true, reason: 'test' }],
  listVersions: ['viewer', { limit: 0 }],
  activateVersion: ['operator', { commandId, version: 'v000001', promoteReason: '', reason: 'test' }],
  rollback: ['operator', { commandId, reason: 'test' }],
  releasePin: ['operator', { commandId, reason: 'test' }],
};

describe('every rpc', () => {
  test.each(Object.entries(RPCS))(
    '%s is refused to who has no token or too small a role, and to nobody else',
    async (rpc, [needed, request]) => {
      const { value } = await call('operator', 'startRun', { commandId: 'first', kind: RunKind.FULL, reason: '' });
      const asked = rpc === 'cancelRun' ? { ...request, runId: value!['runId'] } : request;
      const known = audit.length;
      expect(await call('nobody', rpc, asked)).toMatchObject({ code: status.UNAUTHENTICATED });
      expect(audit).toHaveLength(known);
      for (const role of ROLES.slice(0, ROLES.indexOf(needed))) {
        const { code, message } = await call(role, rpc, asked);
        expect({ role, code }).toEqual({ role, code: status.PERMISSION_DENIED });
        expect(message).toMatch(new RegExp(`needs the role ${needed}.*${role}-1 has ${role}`));
        expect(audit.at(-1)).toMatchObject({ who: { name: `${role}-1`, role }, outcome: 'refused', commandId });
      }
      for (const role of ROLES.slice(ROLES.indexOf(needed))) {
        expect({ role, ...(await call(role, rpc, asked)) }).toMatchObject({ role, code: status.OK });
      }
    },
  );
});

describe('a version that the gate rejected', () => {
  const promote = (id: string) => ({ commandId: id, version: 'v000003', promoteReason: 'a holiday', reason: '' });

  test('is served to an admin with a reason only', async () => {
    const denied = await call('operator', 'activateVersion', promote('p-1'));
    expect(denied).toMatchObject({ code: status.PERMISSION_DENIED, message: expect.stringContaining('role admin') });
    const unexplained = await call('admin', 'activateVersion', { ...promote('p-2'), promoteReason: '' });
    expect(unexplained).toMatchObject({ message: expect.stringContaining('thaw promote v000003') });
    const { value } = await call('admin', 'activateVersion', promote('p-3'));
    expect(value).toMatchObject({ version: { version: 'v000003', pinned: true, rejectedBecause: 'worse' } });
    expect(audit.map(({ outcome, reason, before, after }) => ({ outcome, reason, before, after }))).toEqual([
      { outcome: 'refused', reason: 'a holiday', before: null, after: null },
      { outcome: 'refused', reason: '', before: serving('v000002'), after: serving('v000002') },
      { outcome: 'done', reason: 'a holiday', before: serving('v000002'), after: serving('v000003', true) },
    ]);
  });
});

const serving = (version: string, pinned = false) => ({ serving: version, pinned });

describe('what is commanded', () => {
  test('a pause says who, why and since when, until it ends', async () => {
    await call('operator', 'setFineTunesPaused', { commandId: 'a', paused: true, reason: 'stock-taking' });
    const { value } = await call('viewer', 'getTrainingStatus', {});
    expect(value).toMatchObject({ paused: true, pausedBy: 'operator-1', pausedBecause: 'stock-taking' });
    expect(audit).toMatchObject([{ before: { paused: false }, after: { paused: true }, request: { paused: true } }]);
    await call('operator', 'setFineTunesPaused', { commandId: 'b', paused: false, reason: '' });
    expect(trainer.pause).toBeUndefined();
  });

  test('runs are listed with who asked for them, and cancelled ones with how it ended', async () => {
    const start = (id: string) => call('operator', 'startRun', { commandId: id, kind: RunKind.FINE_TUNE, reason: id });
    const [first, second] = [await start('a'), await start('b')].map(({ value }) => value!['runId']);
    const cancelled = await call('operator', 'cancelRun', { commandId: 'c', runId: second, reason: 'too many' });
    expect(cancelled.value).toEqual({ state: RunState.CANCELLED });
    const { value } = await call('viewer', 'listRuns', { limit: 0 });
    expect(value).toMatchObject({
      runs: [
        { runId: second, state: RunState.CANCELLED, reason: 'b', requestedBy: 'operator-1', startedAtMs: 0 },
        { runId: first, state: RunState.RUNNING, kind: RunKind.FINE_TUNE, endedAtMs: 0, version: '' },
      ],
    });
    expect(audit.at(-1)).toMatchObject({
      before: { state: 'QUEUED' },
      after: { state: 'CANCELLED' },
      reason: 'too many',
    });
    const unknown = await call('operator', 'cancelRun', { commandId: 'd', runId: 'none', reason: '' });
    expect(unknown.code).toBe(status.NOT_FOUND);
    expect(audit.at(-1)).toMatchObject({ before: { state: null }, outcome: 'refused', error: { code: 'RUN_UNKNOWN' } });
  });

  test('is done once for each id, also when it is worded otherwise', async () => {
    const rollback = (reason: string) => call('operator', 'rollback', { commandId: 'a', reason });
    const [one, again] = [await rollback('it is slow'), await rollback('it is slow, really')];
    expect(again.value).toEqual(one.value);
    expect(one.value).toMatchObject({ version: { version: 'v000001' } });
    expect(audit).toHaveLength(1);
    expect(await call('operator', 'releasePin', { commandId: 'a', reason: '' })).toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });
});
