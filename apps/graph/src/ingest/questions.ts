import { type graph, ThawError } from '@thaw/contracts';
import type { GraphEngine } from '@thaw/graph';
import type { RocksGraphStore } from '@thaw/store';
import type { IngestPipeline } from './pipeline.js';
import { inputOffsets } from './streams.js';

/** The exact count of one pair. */
export async function count(
  engine: GraphEngine,
  store: RocksGraphStore,
  a: string,
  b: string,
): Promise<graph.GetCoInteractionResponse> {
  const { productIds, reduction } = engine.state;
  const [p, q] = [productIds.find(a), productIds.find(b)];
  if (p === undefined || q === undefined || p === q) return { count: engine.count(a, b) ?? 0, kept: false };
  const kept = reduction.shown.get(Math.min(p, q), Math.max(p, q)) >= 0;
  return { count: engine.count(a, b) ?? (await engine.storedCount(store, a, b)), kept };
}

/** What is in the graph, and on the disk. */
export async function offsets(pipeline: IngestPipeline): Promise<graph.GetOffsetsResponse> {
  return await pipeline.read(({ state }, read) => ({ sequence: state.sequence, offsets: inputOffsets(read) }));
}

/** A product as the whole graph knows it. */
export async function product(pipeline: IngestPipeline, productId: string): Promise<graph.GetProductResponse> {
  return await pipeline.read(({ state }) => {
    const { catalogue, counting, listings, productIds, reduction, settings, sequence } = state;
    const number = productIds.find(productId);
    const entry = number === undefined ? undefined : catalogue.get(number);
    return {
      sequence,
      known: number !== undefined,
      active: entry?.active ?? false,
      eventTimeMs: entry?.timeMs ?? 0,
      categoryId: entry?.categoryId ?? '',
      title: entry?.title ?? '',
      customers: number === undefined ? 0 : counting.counter.customers(number),
      listings: number === undefined ? 0 : listings.count(number),
      candidate: number !== undefined && reduction.isCandidate(number),
      inTrainingSet: number !== undefined && reduction.inTrainingSet(number),
      settings: { ...settings },
    };
  });
}

/**
 * How much is kept of a customer.
 *
 * @throws ThawError REQUEST_INVALID where a distributed counter counts: no customer is known here then
 */
export async function customer(pipeline: IngestPipeline, customerId: string): Promise<graph.GetCustomerResponse> {
  return await pipeline.read(({ state }) => {
    const { counting, customerIds, erasures, sequence } = state;
    if (counting.kind !== 'embedded') {
      throw new ThawError(
        'REQUEST_INVALID',
        'apps/graph takes finished counts (THAW_GRAPH_COUNTER=external) and knows no customers: ask the counter.',
      );
    }
    const number = customerIds.find(customerId);
    const untilMs = erasures.untilMs(customerId);
    return {
      sequence,
      products: number === undefined ? 0 : counting.counter.histories.held(number),
      erasedUntilMs: untilMs > 0 ? untilMs : 0,
    };
  });
}
