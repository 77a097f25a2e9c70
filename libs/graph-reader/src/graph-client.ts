import {
  type ChannelCredentials,
  type ClientOptions,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { graph, ThawError } from '@thaw/contracts';
import { fromServiceError } from '@thaw/platform';

export interface GraphClientOptions {
  /** `host:port` of apps/graph. */
  readonly address: string;
  /** Default: plain text. */
  readonly credentials?: ChannelCredentials;
  /** Of the gRPC client, such as what `clientSecurity` says. */
  readonly options?: Partial<ClientOptions>;
  /** The option or setting that says where else it listens. */
  readonly setting: string;
}

const CONNECT_MS = 5_000;
const CALL_MS = 30_000;

/**
 * The graph service of apps/graph. Every call throws ThawError GRAPH_NOT_READY where it does not answer, or what
 * apps/graph answers instead.
 */
export class GraphClient {
  private readonly client: graph.GraphServiceClient;

  constructor(private readonly options: GraphClientOptions) {
    const channel = options.credentials ?? credentials.createInsecure();
    this.client = new graph.GraphServiceClient(options.address, channel, options.options);
  }

  close(): void {
    this.client.close();
  }

  async connect(): Promise<void> {
    const failure = await new Promise<Error | undefined>((resolve) => {
      this.client.waitForReady(new Date(Date.now() + CONNECT_MS), resolve);
    });
    if (failure !== undefined) throw this.notReady(`nothing answers within ${CONNECT_MS / 1000} s`, failure);
  }

  /**
   * The messages of a copy, from the header to the trailer. The next is fetched when the last was taken; leaving the
   * loop, or the signal, ends the call, so that apps/graph keeps no copy for nobody.
   *
   * @param replayShare see `ReadGraphRequest`: 0 for the reduced graph and no more
   */
  async *copy(signal?: AbortSignal, replayShare = 0): AsyncGenerator<graph.ReadGraphResponse, void, void> {
    yield* this.messages(this.client.readGraph({ replayShare }), 'the copy of its graph', signal);
  }

  /** Everything that apps/graph has stored, of one moment, from the header to the trailer; taken as a copy is. */
  async *backUp(signal?: AbortSignal): AsyncGenerator<graph.BackUpResponse, void, void> {
    yield* this.messages(this.client.backUp({}), 'the backup', signal);
  }

  private async *messages<Message extends { readonly part?: { readonly $case: string } | undefined }>(
    stream: ClientReadableStream<Message>,
    what: string,
    signal?: AbortSignal,
  ): AsyncGenerator<Message, void, void> {
    const cancel = (): void => stream.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of stream as AsyncIterable<Message>) {
        yield message;
        if (message.part?.$case === 'trailer') return;
      }
    } catch (error) {
      throw this.failure(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      stream.on('error', () => undefined); // the cancelled call says so once more
      stream.cancel();
    }
    throw this.notReady(`${what} was cut off`);
  }

  /** The header of a copy alone: where the graph stands now, and what it has read. */
  async header(): Promise<graph.GraphHeader> {
    for await (const { part } of this.copy()) if (part?.$case === 'header') return part.value;
    throw this.notReady('the copy of its graph has no header');
  }

  /** Customers whose history holds both products now. */
  async count(productIdA: string, productIdB: string): Promise<number> {
    const { count } = await this.unary<graph.GetCoInteractionResponse>((options, done) => {
      this.client.getCoInteraction({ productIdA, productIdB }, new Metadata(), options, done);
    });
    return count;
  }

  /** The reduction in numbers, as it is now. */
  async funnel(timeoutMs = CALL_MS): Promise<graph.GetFunnelResponse> {
    return await this.unary<graph.GetFunnelResponse>((options, done) => {
      this.client.getFunnel({}, new Metadata(), options, done);
    }, timeoutMs);
  }

  /** The sequence number of the last change there is. */
  async sequence(timeoutMs = CALL_MS): Promise<number> {
    return (await this.funnel(timeoutMs)).sequence;
  }

  /** What of the inputs is in the graph, and on its disk. */
  async offsets(timeoutMs = CALL_MS): Promise<graph.GetOffsetsResponse> {
    return await this.unary((options, done) => {
      this.client.getOffsets({}, new Metadata(), options, done);
    }, timeoutMs);
  }

  /** A product, in the reduced graph or not. */
  async product(productId: string): Promise<graph.GetProductResponse> {
    return await this.unary((options, done) => {
      this.client.getProduct({ productId }, new Metadata(), options, done);
    });
  }

  /** How much is kept of a customer. */
  async customer(customerId: string): Promise<graph.GetCustomerResponse> {
    return await this.unary((options, done) => {
      this.client.getCustomer({ customerId }, new Metadata(), options, done);
    });
  }

  private async unary<Response>(
    call: (options: { readonly deadline: Date }, done: (error: ServiceError | null, answer: Response) => void) => void,
    timeoutMs = CALL_MS,
  ): Promise<Response> {
    return await new Promise((resolve, reject) => {
      call({ deadline: new Date(Date.now() + timeoutMs) }, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(this.failure(error));
      });
    });
  }

  private failure(error: unknown): ThawError {
    if (!isServiceError(error)) return ThawError.from(error);
    return fromServiceError(error) ?? this.notReady(error.details, error);
  }

  private notReady(why: string, cause?: Error): ThawError {
    const { address, setting } = this.options;
    return new ThawError(
      'GRAPH_NOT_READY',
      `No graph service at ${address}: ${why}. Start apps/graph (\`thaw up\` does), or say where it listens with ` +
        `${setting}.`,
      { cause, details: { address } },
    );
  }
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'metadata' in error && 'details' in error;
