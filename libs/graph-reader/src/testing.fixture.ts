import { Server, ServerCredentials, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { graph } from '@thaw/contracts';
import type { GraphChanges, GraphConsumer } from './consumer.js';

type Part = NonNullable<graph.ReadGraphResponse['part']>;

/** A graph service that says what a test tells it to. */
export class ScriptedGraph {
  /** Sellers 1 … sequence, as a graph of nothing else. */
  sequence = 0;
  /** The next copy ends before its trailer. */
  cutOff = false;
  copies = 0;
  readonly #server = new Server();

  async listen(): Promise<string> {
    this.#server.addService(graph.GraphServiceService, {
      readGraph: (call: ServerWritableStream<unknown, graph.ReadGraphResponse>) => {
        this.copies += 1;
        for (const part of this.#parts()) call.write({ part });
        call.end();
      },
      getFunnel: (
        _: ServerUnaryCall<unknown, unknown>,
        reply: (error: null, answer: graph.GetFunnelResponse) => void,
      ) => {
        reply(null, graph.GetFunnelResponse.fromPartial({ sequence: this.sequence }));
      },
      getCoInteraction: () => undefined,
    });
    return await new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(`127.0.0.1:${port}`);
      });
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }

  *#parts(): Generator<Part> {
    const { sequence } = this;
    yield { $case: 'header', value: graph.GraphHeader.fromPartial({ sequence, sellers: sequence }) };
    const sellerIds = Array.from({ length: sequence }, (_, i) => `s${i + 1}`);
    yield { $case: 'sellers', value: { sellerIds } };
    if (this.cutOff) this.cutOff = false;
    else yield { $case: 'trailer', value: { sequence } };
  }
}

/** The change that adds seller `sequence`. */
export const sellerAdded = (sequence: number): graph.GraphChange => ({
  sequence,
  reason: graph.ChangeReason.LISTED,
  change: { $case: 'sellerAdded', value: { sellerId: `s${sequence}` } },
});

/** Keeps the sellers in their order; refuses one that it has. */
export class SellersConsumer implements GraphConsumer {
  sellers: string[] = [];
  #copy: string[] = [];
  begins = 0;
  /** Thrown by the next `apply`. */
  failure: Error | undefined;

  begin(): void {
    this.begins += 1;
    this.#copy = [];
  }

  part({ part }: graph.ReadGraphResponse): void {
    if (part?.$case === 'sellers') this.#copy.push(...part.value.sellerIds);
  }

  ready(): void {
    this.sellers = this.#copy;
  }

  apply({ changes }: GraphChanges): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    for (const { change } of changes) if (change?.$case === 'sellerAdded') this.sellers.push(change.value.sellerId);
  }
}
