import type { graph } from '@thaw/contracts';
import { countsBefore } from './past-counts.js';
import { type ReplayExtras, replayExtras } from './replay-extras.js';
import type { GraphState } from './state.js';

/** A copy of the reduced graph at one sequence number. Edges and listings name nodes by their place in the lists. */
export interface GraphSnapshot {
  readonly sequence: number;
  /** When the replayed listings began, epoch milliseconds; 0: the reduced graph and no more. */
  readonly replayStartMs: number;
  readonly products: readonly graph.ProductNode[];
  readonly sellerIds: readonly string[];
  /** Edge i joins products first[i] < second[i] (by place); count[i] customers have both: exact. */
  readonly edges: { readonly first: Uint32Array; readonly second: Uint32Array; readonly count: Uint32Array };
  /** Seller seller[i] listed product product[i] at eventTimeMs[i] (epoch milliseconds). */
  /** When the replayed listings began: customers of each product and count of each edge; undefined where unknown. */
  readonly past: { readonly customers: Uint32Array; readonly counts: Uint32Array } | undefined;
  readonly listings: {
    readonly seller: Uint32Array;
    readonly product: Uint32Array;
    readonly eventTimeMs: Float64Array;
  };
}

/**
 * Copies the reduced graph as it is between two batches. O(V + E) time and memory.
 *
 * @param replayShare with the share of the listings, the newest, that is to be foreseen: also what candidates from before
 *   them would keep of the graph; 0: no more than the reduced graph
 */
export function takeSnapshot(state: GraphState, replayShare = 0): GraphSnapshot {
  const extras = replayExtras(state, replayShare);
  const isSent = (product: number): boolean => state.reduction.inTrainingSet(product) || extras.products.has(product);
  const { reduction, productIds, sellerIds, catalogue, listings, counting } = state;
  const places = new Uint32Array(productIds.capacity);
  const numbers: number[] = [];
  const products: graph.ProductNode[] = [];
  let listingCount = 0;
  for (const [product, productId] of productIds.entries()) {
    if (!isSent(product)) continue;
    const entry = catalogue.get(product)!;
    places[product] = products.length;
    numbers.push(product);
    listingCount += listings.count(product);
    products.push({
      productId,
      categoryId: entry.categoryId,
      title: entry.title,
      description: entry.description,
      candidate: reduction.isCandidate(product),
      listings: listings.count(product),
      customers: counting.counter.customers(product),
    });
  }
  const sellerPlaces = new Uint32Array(sellerIds.capacity);
  const sellers: string[] = [];
  for (const [seller, sellerId] of sellerIds.entries()) {
    sellerPlaces[seller] = sellers.length;
    sellers.push(sellerId);
  }
  const edges = copyEdges(state, places, extras);
  return {
    sequence: state.sequence,
    replayStartMs: extras.startMs,
    products,
    sellerIds: sellers,
    edges,
    past: copyPast(state, numbers, edges, extras.startMs),
    listings: copyListings(state, { places, sellerPlaces, isSent }, listingCount),
  };
}

function copyEdges(state: GraphState, places: Uint32Array, extras: ReplayExtras): GraphSnapshot['edges'] {
  const { shown } = state.reduction;
  const size = shown.size + extras.edges.length / 2;
  const first = new Uint32Array(size);
  const second = new Uint32Array(size);
  const count = new Uint32Array(size);
  let edge = 0;
  const add = (a: number, b: number): void => {
    const [low, high] = places[a]! < places[b]! ? [a, b] : [b, a];
    first[edge] = places[low]!;
    second[edge] = places[high]!;
    count[edge] = state.counting.counter.edges.get(a, b);
    edge += 1;
  };
  shown.forEach(add);
  for (let i = 0; i < extras.edges.length; i += 2) add(extras.edges[i]!, extras.edges[i + 1]!);
  return { first, second, count };
}

function copyPast(
  { counting }: GraphState,
  numbers: readonly number[],
  { first, second }: GraphSnapshot['edges'],
  startMs: number,
): GraphSnapshot['past'] {
  if (startMs === 0 || counting.kind === 'external') return undefined;
  const past = countsBefore(counting.counter, startMs);
  if (past === undefined) return undefined;
  return {
    customers: Uint32Array.from(numbers, (product) => past.customers(product)),
    counts: first.map((place, edge) => {
      const [p, q] = [numbers[place]!, numbers[second[edge]!]!];
      return past.count(Math.min(p, q), Math.max(p, q));
    }),
  };
}

interface ListingPlaces {
  readonly places: Uint32Array;
  readonly sellerPlaces: Uint32Array;
  readonly isSent: (product: number) => boolean;
}

function copyListings(
  state: GraphState,
  { places, sellerPlaces, isSent }: ListingPlaces,
  size: number,
): GraphSnapshot['listings'] {
  const seller = new Uint32Array(size);
  const product = new Uint32Array(size);
  const eventTimeMs = new Float64Array(size);
  let row = 0;
  for (const [number] of state.productIds.entries()) {
    if (!isSent(number)) continue;
    for (const lister of state.listings.sellersOf(number)) {
      seller[row] = sellerPlaces[lister]!;
      product[row] = places[number]!;
      eventTimeMs[row] = state.listings.timeMs(lister, number);
      row += 1;
    }
  }
  return { seller, product, eventTimeMs };
}

const PRODUCTS_A_MESSAGE = 200;
const NUMBERS_A_MESSAGE = 20_000;

/** The snapshot as the messages of a `ReadGraph` stream, each well under gRPC's 4 MiB. */
export function* snapshotMessages(
  snapshot: GraphSnapshot,
  {
    restoredSequence = 0,
    ...header
  }: Pick<graph.GraphHeader, 'settings' | 'offsets'> & Partial<Pick<graph.GraphHeader, 'restoredSequence'>>,
): Generator<graph.ReadGraphResponse> {
  const { sequence, replayStartMs, products, sellerIds, edges, past, listings } = snapshot;
  const candidates = products.reduce((sum, { candidate }) => sum + (candidate ? 1 : 0), 0);
  yield message({
    $case: 'header',
    value: {
      ...header,
      restoredSequence,
      sequence,
      replayStartMs,
      candidates,
      products: products.length,
      sellers: sellerIds.length,
      edges: edges.first.length,
      listings: listings.seller.length,
    },
  });
  for (const [from, to] of slices(products.length, PRODUCTS_A_MESSAGE)) {
    yield message({ $case: 'products', value: { products: products.slice(from, to) } });
  }
  for (const [from, to] of slices(sellerIds.length, PRODUCTS_A_MESSAGE * 10)) {
    yield message({ $case: 'sellers', value: { sellerIds: sellerIds.slice(from, to) } });
  }
  for (const [from, to] of slices(edges.first.length, NUMBERS_A_MESSAGE)) {
    const column = (numbers: Uint32Array): number[] => [...numbers.subarray(from, to)];
    const value = { first: column(edges.first), second: column(edges.second), count: column(edges.count) };
    yield message({ $case: 'edges', value });
  }
  for (const [from, to] of slices(listings.seller.length, NUMBERS_A_MESSAGE)) {
    const column = (numbers: Uint32Array | Float64Array): number[] => [...numbers.subarray(from, to)];
    const { seller, product, eventTimeMs } = listings;
    const value = { seller: column(seller), product: column(product), eventTimeMs: column(eventTimeMs) };
    yield message({ $case: 'listings', value });
  }
  if (past !== undefined) {
    const { customers, counts } = past;
    for (const [from, to] of slices(Math.max(customers.length, counts.length), NUMBERS_A_MESSAGE)) {
      const value = { customers: [...customers.subarray(from, to)], counts: [...counts.subarray(from, to)] };
      yield message({ $case: 'past', value });
    }
  }
  yield message({ $case: 'trailer', value: { sequence } });
}

function message(part: NonNullable<graph.ReadGraphResponse['part']>): graph.ReadGraphResponse {
  return { part };
}

function* slices(length: number, size: number): Generator<readonly [number, number]> {
  for (let from = 0; from < length; from += size) yield [from, Math.min(from + size, length)];
}
