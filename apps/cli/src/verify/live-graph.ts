import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { graph, ThawError } from '@thaw/contracts';
import { GraphReplica, type GraphSettings } from '@thaw/graph';
import { fromServiceError } from '@thaw/platform';

/** The live graph as it was at one sequence number. */
export interface LiveGraph {
  readonly header: graph.GraphHeader;
  readonly settings: GraphSettings;
  readonly replica: GraphReplica;
}

const CONNECT_MS = 5_000;
const CALL_MS = 30_000;

/**
 * The graph service of apps/graph. Every call throws ThawError GRAPH_NOT_READY where it does not answer, or what
 * apps/graph answers instead.
 */
export class LiveGraphClient {
  private readonly client: graph.GraphServiceClient;

  constructor(private readonly address: string) {
    this.client = new graph.GraphServiceClient(address, credentials.createInsecure());
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

  async read(): Promise<LiveGraph> {
    const replica = new GraphReplica();
    let header: graph.GraphHeader | undefined;
    const isWhole = await this.receive((message) => {
      if (message.part?.$case === 'header') header = message.part.value;
      return replica.read(message);
    });
    if (header?.settings === undefined || !isWhole) throw this.notReady('the copy of its graph was cut off');
    return { header, settings: header.settings, replica };
  }

  /** The header alone: where the live graph stands now. */
  async header(): Promise<graph.GraphHeader> {
    let header: graph.GraphHeader | undefined;
    await this.receive(({ part }) => {
      if (part?.$case === 'header') header = part.value;
      return true;
    });
    if (header === undefined) throw this.notReady('the copy of its graph has no header');
    return header;
  }

  /** Customers whose history holds both products now. */
  async count(productIdA: string, productIdB: string): Promise<number> {
    return await new Promise((resolve, reject) => {
      const deadline = new Date(Date.now() + CALL_MS);
      this.client.getCoInteraction({ productIdA, productIdB }, new Metadata(), { deadline }, (error, response) => {
        if (error === null) resolve(response.count);
        else reject(this.failure(error));
      });
    });
  }

  /**
   * Hands over the messages of a copy until `take` has enough, and returns whether it had. The call is then cancelled:
   * one that is only left alone keeps this process running, and the copy in apps/graph.
   */
  private async receive(take: (message: graph.ReadGraphResponse) => boolean): Promise<boolean> {
    const stream = this.client.readGraph({});
    return await new Promise<boolean>((resolve, reject) => {
      stream.on('error', (error) => reject(this.failure(error)));
      stream.on('end', () => resolve(false));
      stream.on('data', (message: graph.ReadGraphResponse) => {
        try {
          if (!take(message)) return;
          resolve(true);
        } catch (error) {
          reject(ThawError.from(error));
        }
        stream.cancel();
      });
    });
  }

  private failure(error: unknown): ThawError {
    if (!isServiceError(error)) return ThawError.from(error);
    return fromServiceError(error) ?? this.notReady(error.details, error);
  }

  private notReady(why: string, cause?: Error): ThawError {
    return new ThawError(
      'GRAPH_NOT_READY',
      `No graph service at ${this.address}: ${why}. Start apps/graph (\`thaw up\` does), or say where it listens with ` +
        '--graph host:port.',
      { cause, details: { address: this.address } },
    );
  }
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'metadata' in error && 'details' in error;
