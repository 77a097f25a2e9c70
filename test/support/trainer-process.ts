import type { ServiceError } from '@grpc/grpc-js';
import { operator } from '@thaw/contracts';
import { clientSecurity, loadConfig } from '@thaw/platform';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/trainer/dist/main.js', import.meta.url));
const RUN = fileURLToPath(new URL('../../apps/trainer/dist/run/process.js', import.meta.url));

export interface TrainerProcessOptions {
  readonly bootstrap: string;
  readonly dataDir: string;
  readonly topicPrefix: string;
  /** `host:port` of apps/graph. */
  readonly graphAddress: string;
  /** Settings by their variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Addresses {
  readonly httpUrl: string;
  readonly grpcPort: number;
}

type Unary<Request, Response> = (
  request: Request,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** apps/trainer as a process of its own, as operators run it. */
export class TrainerProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #log: string[] = [];
  #client: operator.OperatorServiceClient | undefined;
  #httpUrl = '';
  grpcPort = 0;
  readonly #exited: Promise<unknown>;

  private constructor(env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit').then(() => this.#client?.close());
    this.#child.stderr.on('data', (chunk: Buffer) => this.#log.push(chunk.toString()));
  }

  /** Resolves when it listens; it may not have read the graph yet. */
  static async start(options: TrainerProcessOptions): Promise<TrainerProcess> {
    const { bootstrap, dataDir, topicPrefix, graphAddress, settings = {} } = options;
    const trainer = new TrainerProcess({
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: bootstrap,
      THAW_DATA_DIR: dataDir,
      THAW_TOPIC_PREFIX: topicPrefix,
      THAW_GRAPH_ADDRESS: graphAddress,
      THAW_TRAINER_HTTP_PORT: '0',
      THAW_TRAINER_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
      ...settings,
    });
    const { httpUrl, grpcPort } = await trainer.#listening();
    trainer.#httpUrl = httpUrl;
    trainer.grpcPort = grpcPort;
    const { credentials, options: client } = clientSecurity(loadConfig(settings).config);
    trainer.#client = new operator.OperatorServiceClient(`127.0.0.1:${grpcPort}`, credentials, client);
    return trainer;
  }

  get log(): string {
    return this.#log.join('\n');
  }

  /** Processes of runs that live now. */
  get runs(): number[] {
    return childrenOf(this.#child.pid!, RUN);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }

  /** Ends it if it still runs. */
  async close(): Promise<void> {
    const isUp = this.#child.exitCode === null && this.#child.signalCode === null;
    if (isUp) await this.kill('SIGKILL');
  }

  async metrics(): Promise<string> {
    return await (await fetch(`${this.#httpUrl}/metrics`)).text();
  }

  /** The newest first. */
  async versions(): Promise<readonly operator.Version[]> {
    return (await this.call('listVersions', { limit: 0 })).versions;
  }

  async serving(): Promise<operator.Version | undefined> {
    return (await this.versions()).find(({ state }) => state === operator.VersionState.SERVING);
  }

  /** Commands a run. @returns its id */
  async startRun(kind: operator.RunKind, commandId = ''): Promise<string> {
    return (await this.call('startRun', { commandId, kind, reason: 'test' })).runId;
  }

  /** All that is said of a run until it ends; of the newest run where the id is empty. */
  async watch(runId: string): Promise<operator.WatchRunResponse[]> {
    const said: operator.WatchRunResponse[] = [];
    const stream = this.#grpc.watchRun({ runId }) as AsyncIterable<operator.WatchRunResponse>;
    for await (const now of stream) said.push(now);
    return said;
  }

  /** One call of the operator service. */
  async call<Method extends keyof Calls>(
    method: Method,
    request: Calls[Method]['request'],
  ): Promise<Calls[Method]['answer']> {
    const unary = this.#grpc[method].bind(this.#grpc) as Unary<typeof request, Calls[Method]['answer']>;
    return await new Promise((resolve, reject) => {
      unary(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  get #grpc(): operator.OperatorServiceClient {
    if (!this.#client) throw new Error('apps/trainer does not listen yet');
    return this.#client;
  }

  async #listening(): Promise<Addresses> {
    return await new Promise((resolve, reject) => {
      createInterface(this.#child.stdout).on('line', (line) => {
        this.#log.push(line);
        // A killed process may leave half a line behind: only the one that matters is parsed, and its message ends it.
        if (line.endsWith('"msg":"trainer started"}')) resolve(JSON.parse(line) as Addresses);
      });
      void this.#exited.then(() => reject(new Error(`apps/trainer ended before it listened:\n${this.log}`)));
    });
  }
}

interface Calls {
  startRun: { request: operator.StartRunRequest; answer: operator.StartRunResponse };
  cancelRun: { request: operator.CancelRunRequest; answer: operator.CancelRunResponse };
  setFineTunesPaused: { request: operator.SetFineTunesPausedRequest; answer: operator.SetFineTunesPausedResponse };
  listVersions: { request: operator.ListVersionsRequest; answer: operator.ListVersionsResponse };
  activateVersion: { request: operator.ActivateVersionRequest; answer: operator.ActivateVersionResponse };
  rollback: { request: operator.RollbackRequest; answer: operator.RollbackResponse };
  releasePin: { request: operator.ReleasePinRequest; answer: operator.ReleasePinResponse };
}

/**
 * Processes of one script whose parent this is. Linux only.
 *
 * A child that has not reached its script yet does not count: until it runs a program of its own, its parent waits for
 * it, and a signal that stops the one stops both.
 */
function childrenOf(parent: number, script: string): number[] {
  const isChild = (pid: number): boolean => {
    try {
      return (
        new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8')) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(script)
      );
    } catch {
      return false; // it ended between the two looks
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isChild);
}
