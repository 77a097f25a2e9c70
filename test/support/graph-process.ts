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

/** apps/graph as a process of its own, as operators run it. */
export class GraphProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #log: string[] = [];
  readonly #client: graph.GraphServiceClient;
  readonly exited: Promise<void>;

  private constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    readonly httpUrl: string,
    grpcPort: number,
    exited: Promise<void>,
    log: string[],
  ) {
    this.#child = child;
    this.#log = log;
    this.exited = exited;
    this.#client = new graph.GraphServiceClient(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
  }

  /** Resolves when it serves probes; its state may still be loading. Rejects with its log if it ends before that. */
  static async start({ bootstrap, dataDir, topicPrefix, settings = {} }: GraphProcessOptions): Promise<GraphProcess> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: bootstrap,
      THAW_DATA_DIR: dataDir,
      THAW_TOPIC_PREFIX: topicPrefix,
      THAW_GRAPH_HTTP_PORT: '0',
      THAW_GRAPH_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
      ...settings,
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit').then(() => undefined);
    const log: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    const started = new Promise<{ httpUrl: string; grpcPort: number }>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        log.push(line);
        const record = JSON.parse(line) as { msg: string; httpUrl: string; grpcPort: number };
        if (record.msg === 'graph started') resolve(record);
      });
      void exited.then(() => reject(new Error(`apps/graph ended before it started:\n${log.join('\n')}`)));
    });
    const { httpUrl, grpcPort } = await started;
    return new GraphProcess(child, httpUrl, grpcPort, exited, log);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get log(): string {
    return this.#log.join('\n');
  }

  /** Whether it was ended by the signal that `kill -9` sends. */
  get wasKilled(): boolean {
    return this.#child.signalCode === 'SIGKILL';
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.exited;
    this.#client.close();
  }

  async readiness(): Promise<{ readonly status: string; readonly checks: readonly { readonly reason?: string }[] }> {
    const response = await fetch(`${this.httpUrl}/readyz`);
    return (await response.json()) as Awaited<ReturnType<GraphProcess['readiness']>>;
  }

  async metrics(): Promise<string> {
    return await (await fetch(`${this.httpUrl}/metrics`)).text();
  }

  async funnel(): Promise<graph.GetFunnelResponse> {
    return await new Promise((resolve, reject) => {
      this.#client.getFunnel({}, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  async count(productIdA: string, productIdB: string): Promise<graph.GetCoInteractionResponse> {
    return await new Promise((resolve, reject) => {
      const request = { productIdA, productIdB };
      this.#client.getCoInteraction(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  /** A copy of the graph, with the header that named its inputs. */
  async readGraph(): Promise<{ readonly replica: GraphReplica; readonly header: graph.GraphHeader }> {
    const replica = new GraphReplica();
    let header: graph.GraphHeader | undefined;
    let isWhole = false;
    const stream = this.#client.readGraph({});
    for await (const message of stream as AsyncIterable<graph.ReadGraphResponse>) {
      if (message.part?.$case === 'header') header = message.part.value;
      isWhole = replica.read(message);
    }
    if (!header || !isWhole) throw new Error('the ReadGraph stream was cut off');
    return { replica, header };
  }
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
