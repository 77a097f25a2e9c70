import type { ServerUnaryCall, ServerWritableStream, sendUnaryData, ServiceDefinition } from '@grpc/grpc-js';
import { graph, LIMITS, ThawError } from '@thaw/contracts';
import { toServiceError } from '@thaw/platform';
import { once } from 'node:events';
import type { IngestThread } from '../ingest/ingest-thread.js';

const responseSerialize = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** Messages of streams come encoded from the ingest thread: they are passed on as they are. */
export const graphServiceDefinition = {
  ...graph.GraphServiceService,
  readGraph: { ...graph.GraphServiceService.readGraph, responseSerialize },
  backUp: { ...graph.GraphServiceService.backUp, responseSerialize },
} satisfies ServiceDefinition;

/** Calls that tell of single customers. */
export const GRAPH_SERVICE_ROLES = { getCustomer: 'operator', backUp: 'admin' } as const;

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
  const streaming =
    <Request>(open: (request: Request) => Promise<number>) =>
    (call: ServerWritableStream<Request, Uint8Array>): void => {
      stream(ingest, call, open).then(
        () => call.end(),
        // grpc-js answers with the status of an error event; destroy() would leave the client waiting.
        (error: unknown) => call.emit('error', toServiceError(error)),
      );
    };
  return {
    readGraph: streaming<graph.ReadGraphRequest>(({ replayShare }) => ingest.ask('readOpen', replayShare)),
    backUp: streaming<graph.BackUpRequest>(() => ingest.ask('backupOpen', null)),
    getFunnel: unary<graph.GetFunnelRequest, graph.GetFunnelResponse>(async () => await ingest.ask('funnel', null)),
    getCoInteraction: unary(async ({ productIdA, productIdB }: graph.GetCoInteractionRequest) => {
      return await ingest.ask('count', { a: productIdA, b: productIdB });
    }),
    getOffsets: unary<graph.GetOffsetsRequest, graph.GetOffsetsResponse>(async () => await ingest.ask('offsets', null)),
    getProduct: unary(
      async ({ productId }: graph.GetProductRequest) => await ingest.ask('product', checkId('product_id', productId)),
    ),
    getCustomer: unary(
      async ({ customerId }: graph.GetCustomerRequest) =>
        await ingest.ask('customer', checkId('customer_id', customerId)),
    ),
  };
}

async function stream<Request>(
  ingest: IngestThread,
  call: ServerWritableStream<Request, Uint8Array>,
  open: (request: Request) => Promise<number>,
): Promise<void> {
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  const left = once(gone.signal, 'abort'); // one listener, however often the reader is waited for
  const id = await open(call.request);
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

function checkId(field: string, id: string): string {
  if (id !== '' && id.length <= LIMITS.idBytes) return id;
  const description = id === '' ? 'must not be empty' : `has ${id.length} characters; ${LIMITS.idBytes} are allowed`;
  throw new ThawError('REQUEST_INVALID', `The request cannot be answered: ${field} ${description}.`, {
    details: { violations: [{ field, description }] },
  });
}
