import { type ChannelCredentials, type ClientOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { recommender } from '@thaw/contracts';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/recommender/dist/main.js', import.meta.url));

export interface RecommenderProcessOptions {
  readonly bootstrap: string;
  readonly topicPrefix: string;
  readonly graphAddress: string;
  readonly bundleDir: string;
  /** Settings by their variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How to call it; default: plain text. */
  readonly channel?: { readonly credentials: ChannelCredentials; readonly options: Partial<ClientOptions> };
}

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { readonly deadline?: number },
  done: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** apps/recommender as a process of its own, as operators run it. */
export class RecommenderProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #log: string[] = [];
  readonly exited: Promise<void>;
  readonly #addresses: Promise<{ readonly httpUrl: string; readonly grpcPort: number }>;
  client!: recommender.RecommenderServiceClient;
  httpUrl = '';
  grpcPort = 0;

  private constructor(env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = once(this.#child, 'exit').then(() => undefined);
    this.#child.stderr.on('data', (chunk: Buffer) => this.#log.push(chunk.toString()));
    this.#addresses = new Promise((resolve, reject) => {
      createInterface(this.#child.stdout).on('line', (line) => {
        this.#log.push(line);
        if (line.endsWith('"msg":"recommender started"}')) {
          resolve(JSON.parse(line) as { httpUrl: string; grpcPort: number });
        }
      });
      void this.exited.then(() => reject(new Error(`apps/recommender ended before it started:\n${this.log}`)));
    });
    this.#addresses.catch(() => undefined);
  }

  /** Resolves when it listens; what it serves may still be loading. */
  static async start(options: RecommenderProcessOptions): Promise<RecommenderProcess> {
    const app = new RecommenderProcess({
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: options.bootstrap,
      THAW_TOPIC_PREFIX: options.topicPrefix,
      THAW_GRAPH_ADDRESS: options.graphAddress,
      THAW_BUNDLE_DIR: options.bundleDir,
      THAW_RECOMMENDER_HTTP_PORT: '0',
      THAW_RECOMMENDER_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
      ...options.settings,
    });
    const { httpUrl, grpcPort } = await app.#addresses;
    const { credentials: channel, options: client } = options.channel ?? {
      credentials: credentials.createInsecure(),
      options: {},
    };
    app.httpUrl = httpUrl;
    app.grpcPort = grpcPort;
    app.client = new recommender.RecommenderServiceClient(`localhost:${grpcPort}`, channel, client);
    return app;
  }

  get log(): string {
    return this.#log.join('\n');
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.client.close();
    this.#child.kill(signal);
    await this.exited;
  }

  async recommend(
    seller: string | readonly string[],
    request: Partial<recommender.RecommendRequest> = {},
    deadlineMs = 30_000,
  ): Promise<recommender.RecommendResponse> {
    const { client } = this;
    const asking: recommender.RecommendRequest['seller'] =
      typeof seller === 'string'
        ? { $case: 'sellerId', value: seller }
        : { $case: 'listedProducts', value: { productIds: [...seller] } };
    const whole = { ...recommender.RecommendRequest.fromPartial({}), ...request, seller: asking };
    return await this.#call(client.recommend.bind(client), whole, deadlineMs);
  }

  async similar(productId: string, limit = 0): Promise<recommender.SimilarResponse> {
    return await this.#call(this.client.similar.bind(this.client), { productId, limit });
  }

  async product(productId: string): Promise<recommender.GetProductResponse> {
    return await this.#call(this.client.getProduct.bind(this.client), { productId });
  }

  async explain(sellerId: string, productId: string): Promise<recommender.ExplainResponse> {
    return await this.#call(this.client.explain.bind(this.client), { sellerId, productId });
  }

  async candidates(
    request: Partial<recommender.ListCandidatesRequest> = {},
  ): Promise<recommender.ListCandidatesResponse> {
    const whole = recommender.ListCandidatesRequest.fromPartial(request);
    return await this.#call(this.client.listCandidates.bind(this.client), whole);
  }

  async seller(sellerId: string, limit = 0): Promise<recommender.GetSellerResponse> {
    return await this.#call(this.client.getSeller.bind(this.client), { sellerId, limit });
  }

  async status(): Promise<recommender.GetServingStatusResponse> {
    return await this.#call(this.client.getServingStatus.bind(this.client), {});
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.httpUrl}/readyz`)).ok;
  }

  async metrics(): Promise<string> {
    return await (await fetch(`${this.httpUrl}/metrics`)).text();
  }

  async #call<Request, Response>(
    method: Unary<Request, Response>,
    request: Request,
    deadlineMs = 30_000,
  ): Promise<Response> {
    return await new Promise((resolve, reject) => {
      method(request, new Metadata(), { deadline: Date.now() + deadlineMs }, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  }
}
