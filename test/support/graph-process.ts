import { credentials } from '@grpc/grpc-js';
import { graph } from '@thaw/contracts';
import { GraphReplica } from '@thaw/graph';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/graph/dist/main.js', import.meta.url));

export interface GraphProcessOptions {
  readonly bootstrap: string;
  readonly dataDir: string;
  readonly topicPrefix: string;
  /** Settings by their variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A copy of the graph, with the header that named its inputs. */
export interface GraphCopy {
  readonly replica: GraphReplica;
  readonly header: graph.GraphHeader;
}

interface Addresses {
  readonly httpUrl: string;
  readonly grpcPort: number;
}

/** apps/graph as a process of its own, as operators run it. */
export class GraphProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #log: string[] = [];
  #client: graph.GraphServiceClient | undefined;
  #httpUrl: string | undefined;
  #grpcPort: number | undefined;
  readonly exited: Promise<void>;
  /** Resolves when it serves probes; its state may still be loading. Rejects with its log if it ends before that. */
  readonly started: Promise<void>;

  private constructor(env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = once(this.#child, 'exit').then(() => this.#client?.close());
    this.#child.stderr.on('data', (chunk: Buffer) => this.#log.push(chunk.toString()));
    const listening = new Promise<Addresses>((resolve, reject) => {
      createInterface(this.#child.stdout).on('line', (line) => {
        this.#log.push(line);
        const address = addressesIn(line);
        if (address) resolve(address);
      });
      void this.exited.then(() => reject(new Error(`apps/graph ended before it started:\n${this.log}`)));
    });
    this.started = listening.then(({ httpUrl, grpcPort }) => {
      this.#httpUrl = httpUrl;
      this.#grpcPort = grpcPort;
      this.#client = new graph.GraphServiceClient(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    });
    this.started.catch(() => undefined); // whoever waits for it is told; the crash tests end processes before it
  }

  /** Returns at once: it may be killed from its first moment on. */
  static spawn({ bootstrap, dataDir, topicPrefix, settings = {} }: GraphProcessOptions): GraphProcess {
    return new GraphProcess({
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: bootstrap,
      THAW_DATA_DIR: dataDir,
      THAW_TOPIC_PREFIX: topicPrefix,
      THAW_GRAPH_HTTP_PORT: '0',
      THAW_GRAPH_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
      ...settings,
    });
  }

  /** As `spawn`, and waits for `started`. */
  static async start(options: GraphProcessOptions): Promise<GraphProcess> {
    const app = GraphProcess.spawn(options);
    await app.started;
    return app;
  }

  /** Of the graph service. */
  get grpcPort(): number {
    if (this.#grpcPort === undefined) throw new Error('apps/graph does not listen yet: wait for `started`');
    return this.#grpcPort;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get log(): string {
    return this.#log.join('\n');
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Whether it was ended by the signal that `kill -9` sends. */
  get wasKilled(): boolean {
    return this.#child.signalCode === 'SIGKILL';
  }

  /** Null while it runs, and where a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.exited;
  }

  /** `host:port` of its service. */
  get grpcAddress(): string {
    return this.#grpc.getChannel().getTarget().replace(/^dns:/, '');
  }

  get #grpc(): graph.GraphServiceClient {
    if (!this.#client) throw new Error('apps/graph does not listen yet: wait for `started`');
    return this.#client;
  }

  async #get(path: string): Promise<Response> {
    if (this.#httpUrl === undefined) throw new Error('apps/graph does not listen yet: wait for `started`');
    return await fetch(this.#httpUrl + path);
  }

  /** Milliseconds until `/livez` answered. */
  async liveness(): Promise<number> {
    const before = performance.now();
    const response = await this.#get('/livez');
    await response.text();
    if (!response.ok) throw new Error(`/livez answered ${response.status}`);
    return performance.now() - before;
  }

  async readiness(): Promise<{ readonly status: string; readonly checks: readonly { readonly reason?: string }[] }> {
    const response = await this.#get('/readyz');
    return (await response.json()) as Awaited<ReturnType<GraphProcess['readiness']>>;
  }

  async metrics(): Promise<string> {
    return await (await this.#get('/metrics')).text();
  }

  async funnel(): Promise<graph.GetFunnelResponse> {
    return await new Promise((resolve, reject) => {
      this.#grpc.getFunnel({}, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  async count(productIdA: string, productIdB: string): Promise<graph.GetCoInteractionResponse> {
    return await new Promise((resolve, reject) => {
      const request = { productIdA, productIdB };
      this.#grpc.getCoInteraction(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  async readGraph(): Promise<GraphCopy> {
    const replica = new GraphReplica();
    let header: graph.GraphHeader | undefined;
    let isWhole = false;
    const stream = this.#grpc.readGraph({ replayShare: 0 });
    for await (const message of stream as AsyncIterable<graph.ReadGraphResponse>) {
      if (message.part?.$case === 'header') header = message.part.value;
      isWhole = replica.read(message);
    }
    if (!header || !isWhole) throw new Error('the ReadGraph stream was cut off');
    return { replica, header };
  }
}

/** The addresses in the line that says that all listeners are open. */
function addressesIn(line: string): Addresses | undefined {
  // A killed process may leave half a line behind: only the one that matters is parsed, and its message ends it.
  return line.endsWith('"msg":"graph started"}') ? (JSON.parse(line) as Addresses) : undefined;
}

/** Asks again and again until the answer is there; an error counts as not yet. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, timeoutMs = 100_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
}
