import { credentials, Metadata } from '@grpc/grpc-js';
import { operator, recommender } from '@thaw/contracts';
import { processEnvironment } from '@thaw/platform';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const CALL_MS = 30_000;
const POLL_MS = 200;

interface AppAddress {
  readonly name: string;
  readonly host: string;
  readonly httpPort: number;
  readonly grpcPort: number;
}

export interface WholeThawOptions {
  readonly brokers: string;
  readonly dataDir: string;
  readonly topicPrefix: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** All of Thaw as `thaw up --no-simulate` runs it, with clients of its services. */
export class WholeThaw {
  readonly recommender: recommender.RecommenderServiceClient;
  readonly operator: operator.OperatorServiceClient;

  private constructor(
    private readonly apps: readonly AppAddress[],
    readonly environment: Readonly<Record<string, string | undefined>>,
    readonly stop: () => Promise<void>,
  ) {
    const insecure = credentials.createInsecure();
    this.recommender = new recommender.RecommenderServiceClient(this.grpc('recommender'), insecure);
    this.operator = new operator.OperatorServiceClient(this.grpc('trainer'), insecure);
  }

  static async start({ brokers, dataDir, topicPrefix, settings, signal }: WholeThawOptions): Promise<WholeThaw> {
    const { PATH, HOME, XDG_CACHE_HOME } = processEnvironment();
    const free = ['GRAPH', 'TRAINER', 'RECOMMENDER'].flatMap((app) => [
      `THAW_${app}_HTTP_PORT`,
      `THAW_${app}_GRPC_PORT`,
    ]);
    const env = {
      PATH,
      HOME,
      XDG_CACHE_HOME,
      KAFKA_BROKERS: brokers,
      THAW_DATA_DIR: dataDir,
      THAW_TOPIC_PREFIX: topicPrefix,
      THAW_LOG_LEVEL: 'warn',
      ...Object.fromEntries(free.map((name) => [name, '0'])),
      ...settings,
    };
    const child = spawn(process.execPath, [MAIN, 'up', '--no-simulate', '--output', 'json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const end = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', end, { once: true });
    const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text));
    const first = await Promise.race([line, exited.then(() => Promise.reject(new Error('thaw up ended at once')))]);
    const { apps } = JSON.parse(first) as { apps: AppAddress[] };
    const thaw: WholeThaw = new WholeThaw(apps, env, async () => {
      thaw.recommender.close();
      thaw.operator.close();
      end();
      await exited;
    });
    return thaw;
  }

  http(app: string): string {
    const { host, httpPort } = this.address(app);
    return `http://${host}:${httpPort}`;
  }

  recommend(request: Partial<recommender.RecommendRequest>): Promise<recommender.RecommendResponse> {
    const whole = recommender.RecommendRequest.fromPartial(request);
    return unary((options, done) => this.recommender.recommend(whole, new Metadata(), options, done));
  }

  status(): Promise<recommender.GetServingStatusResponse> {
    return unary((options, done) => this.recommender.getServingStatus({}, new Metadata(), options, done));
  }

  /** Resolves when this much has been consumed and the recommender knows all of it. */
  async caughtUp(records: number, signal: AbortSignal, onProgress: (done: number) => void): Promise<void> {
    await until(signal, async () => {
      const consumed = await this.metric('graph', 'thaw_graph_events_total');
      onProgress(consumed);
      if (consumed < records) return false;
      const sequence = await this.metric('graph', 'thaw_graph_change_sequence');
      return ((await this.status()).context?.graphSequence ?? 0) >= sequence;
    });
  }

  /** A run from the command to the version that the recommender serves. @returns the version */
  async train(kind: operator.RunKind, signal: AbortSignal, onProgress: (line: string) => void): Promise<string> {
    const request = { commandId: '', kind, reason: 'benchmark' };
    const { runId } = await unary<operator.StartRunResponse>((options, done) =>
      this.operator.startRun(request, new Metadata(), options, done),
    );
    let last: operator.WatchRunResponse | undefined;
    for await (const state of this.operator.watchRun({ runId }) as AsyncIterable<operator.WatchRunResponse>) {
      if (state.stage !== last?.stage) onProgress(`run: ${state.stage}`);
      last = state;
    }
    if (last?.state !== operator.RunState.PUBLISHED)
      throw new Error(`the run was not published: ${last?.message ?? ''}`);
    const [newest] = (
      await unary<operator.ListVersionsResponse>((options, done) =>
        this.operator.listVersions({ limit: 1 }, new Metadata(), options, done),
      )
    ).versions;
    const version = newest!.version;
    await until(signal, async () => (await this.status()).context?.version === version);
    return version;
  }

  /** The sum of all series of a metric of an app. */
  async metric(app: string, name: string): Promise<number> {
    const text = await (await fetch(`${this.http(app)}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  private grpc(app: string): string {
    const { host, grpcPort } = this.address(app);
    return `${host}:${grpcPort}`;
  }

  private address(app: string): AppAddress {
    const found = this.apps.find(({ name }) => name === app);
    if (found === undefined) throw new Error(`thaw up runs no apps/${app}`);
    return found;
  }
}

/** Asks again until it is so; an answer that fails counts as not yet. */
export async function until(signal: AbortSignal, isSo: () => Promise<boolean>): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await isSo().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

type Done<Response> = (error: Error | null, response: Response) => void;

function unary<Response>(
  call: (options: { readonly deadline: Date }, done: Done<Response>) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call({ deadline: new Date(Date.now() + CALL_MS) }, (error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}
