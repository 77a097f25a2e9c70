import { Server, ServerCredentials } from '@grpc/grpc-js';
import { operator } from '@thaw/contracts';
import { listenGrpc, stopGrpc } from '@thaw/platform';

const { RunKind, RunState, VersionState } = operator;

/** A command as it came, and the token that it came with. */
export interface TakenCommand {
  readonly name: string;
  readonly request: object;
  readonly authorization: string;
}

type Call = {
  readonly request: object;
  readonly metadata: { get(name: string): readonly (string | Buffer)[] };
};
type Done = (error: Error | null, answer?: object) => void;

/** Stands for apps/trainer where a test is about who speaks to it and how. */
export class FakeOperator {
  readonly #server = new Server();
  readonly commands: TakenCommand[] = [];
  /** What reading calls came with. */
  readonly readers = new Set<string>();
  address = '';

  static async start(): Promise<FakeOperator> {
    const fake = new FakeOperator();
    fake.#server.addService(operator.OperatorServiceService, fake.#answers());
    const credentials = ServerCredentials.createInsecure();
    const port = await listenGrpc(fake.#server, { host: '127.0.0.1', port: 0, portSetting: 'PORT', credentials });
    fake.address = `127.0.0.1:${port}`;
    return fake;
  }

  readonly versions = [
    { version: 'v000002', parent: 'v000001', state: VersionState.SERVING, recallAt100: 0.5 },
    { version: 'v000001', state: VersionState.STANDBY, recallAt100: 0.4 },
  ].map((version) => operator.Version.fromPartial(version));

  async stop(): Promise<void> {
    await stopGrpc(this.#server);
  }

  #answers(): operator.OperatorServiceServer {
    const authorizationOf = ({ metadata }: Call): string => (metadata.get('authorization')[0] ?? '').toString();
    const command = (name: string) => (call: Call, done: Done) => {
      this.commands.push({ name, request: call.request, authorization: authorizationOf(call) });
      done(null, { version: { ...this.versions[1]!, state: VersionState.SERVING, pinned: true } });
    };
    const answers = {
      listVersions: (call: Call, done: Done) => {
        this.readers.add(authorizationOf(call));
        done(null, { versions: this.versions });
      },
      listRuns: (_: Call, done: Done) => {
        const run = { runId: 'run-1', kind: RunKind.FULL, state: RunState.RUNNING, stage: 'fit', progress: 0.5 };
        done(null, { runs: [operator.Run.fromPartial({ ...run, etaSeconds: -1, reason: 'growth' })] });
      },
      activateVersion: command('activate'),
      rollback: command('rollback'),
      releasePin: command('release'),
    };
    return answers as unknown as operator.OperatorServiceServer;
  }
}
