import type { ServerUnaryCall, ServerWritableStream, sendUnaryData, ServiceDefinition } from '@grpc/grpc-js';
import { graph } from '@thaw/contracts';
import { toServiceError } from '@thaw/platform';
import { once } from 'node:events';
import type { IngestThread } from '../ingest/ingest-thread.js';

/** `ReadGraph` messages come encoded from the ingest thread: they are passed on as they are. */
export const graphServiceDefinition = {
  ...graph.GraphServiceService,
  readGraph: { ...graph.GraphServiceService.readGraph, responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes) },
} satisfies ServiceDefinition;

/** The handlers of `thaw.graph.v1.GraphService`. */
export function graphService(ingest: IngestThread) {
  const unary =
    <Request, Response>(answer: (request: Request) => Promise<Response>) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      answer(call.request).then(
        (response) => reply(null, response),
        (error: unknown) => reply(toServiceError(error)),
      );
    };
  return {
    readGraph: (call: ServerWritableStream<graph.ReadGraphRequest, Uint8Array>): void => {
      readGraph(ingest, call).then(
        () => call.end(),
        // grpc-js answers with the status of an error event; destroy() would leave the client waiting.
        (error: unknown) => call.emit('error', toServiceError(error)),
      );
    },
    getFunnel: unary<graph.GetFunnelRequest, graph.GetFunnelResponse>(async () => await ingest.ask('funnel', null)),
    getCoInteraction: unary(async ({ productIdA, productIdB }: graph.GetCoInteractionRequest) => {
      return await ingest.ask('count', { a: productIdA, b: productIdB });
    }),
  };
}

async function readGraph(
  ingest: IngestThread,
  call: ServerWritableStream<graph.ReadGraphRequest, Uint8Array>,
): Promise<void> {
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  const left = once(gone.signal, 'abort'); // one listener, however often the reader is waited for
  const id = await ingest.ask('readOpen', call.request.replayShare);
  try {
    while (!gone.signal.aborted) {
      const message = await ingest.ask('readNext', id);
      if (message === null) return;
      // A slow reader holds the stream back, not our memory.
      if (!call.write(message)) await Promise.race([once(call, 'drain'), left]);
    }
  } finally {
    await ingest.ask('readClose', id);
  }
}
