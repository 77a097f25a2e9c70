import { once } from 'node:events';
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { graph, prefixedTopic } from '@thaw/contracts';
import type { RecordSink } from '@thaw/kafka';
import type { ClusteredShop } from './clustered-shop.js';

/** Changes of one record of `graph-changes`. */
const CHANGES_A_RECORD = 500;

/**
 * The graph service of a shop that was never fed: it serves copies and publishes changes as apps/graph does. What is
 * measured is who reads it.
 */
export class ScriptedGraph {
  readonly #server = new Server();
  #sequence = 0;

  private constructor(
    private readonly shop: ClusteredShop,
    private readonly sink: RecordSink,
    private readonly topicPrefix: string,
  ) {}

  static async start(
    shop: ClusteredShop,
    sink: RecordSink,
    topicPrefix: string,
  ): Promise<{ readonly graph: ScriptedGraph; readonly address: string }> {
    const scripted = new ScriptedGraph(shop, sink, topicPrefix);
    return { graph: scripted, address: await scripted.#listen() };
  }

  /** Publishes so many changes; resolves when they are acknowledged. */
  async change(count: number): Promise<void> {
    const changes = [...this.shop.changes(this.#sequence + 1, count)];
    this.#sequence += count;
    for (let from = 0; from < count; from += CHANGES_A_RECORD) {
      const batch = { changes: changes.slice(from, from + CHANGES_A_RECORD), causedAtMs: Date.now() };
      const value = Buffer.from(graph.GraphChangeBatch.encode(batch).finish());
      await this.sink.send(prefixedTopic(this.topicPrefix, 'graph-changes'), [{ partition: 0, key: null, value }]);
    }
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  async #listen(): Promise<string> {
    const { shop } = this;
    this.#server.addService(graph.GraphServiceService, {
      readGraph: (call: ServerWritableStream<graph.ReadGraphRequest, graph.ReadGraphResponse>) => {
        void this.#copy(call);
      },
      getFunnel: (
        _: ServerUnaryCall<graph.GetFunnelRequest, graph.GetFunnelResponse>,
        reply: sendUnaryData<graph.GetFunnelResponse>,
      ) => {
        const { products: trainingProducts, sellers } = shop;
        reply(null, graph.GetFunnelResponse.fromPartial({ sequence: this.#sequence, trainingProducts, sellers }));
      },
      getCoInteraction: (_: unknown, reply: sendUnaryData<graph.GetCoInteractionResponse>) => {
        reply(null, { count: 0, kept: false });
      },
    });
    return await new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  async #copy(call: ServerWritableStream<graph.ReadGraphRequest, graph.ReadGraphResponse>): Promise<void> {
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    const left = once(gone.signal, 'abort');
    for (const message of this.shop.messages(this.#sequence)) {
      if (gone.signal.aborted) return;
      if (!call.write(message)) await Promise.race([once(call, 'drain'), left]);
    }
    call.end();
  }
}
