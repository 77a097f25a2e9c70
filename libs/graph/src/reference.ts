import type {
  CoInteractionCountEvent,
  CustomerErasureEvent,
  InteractionEvent,
  ListingEvent,
  ProductEvent,
} from '@thaw/contracts';
import { PairCounts } from './pair-counts.js';
import { edgeKey } from './replica.js';
import { type GraphSettings, historyLimits } from './settings.js';
import { precedence } from './state/catalogue.js';

/** All events, in any order, with any number of repetitions. */
export interface EventSet {
  readonly interactions: readonly InteractionEvent[];
  readonly listings: readonly ListingEvent[];
  readonly products: readonly ProductEvent[];
  readonly erasures: readonly CustomerErasureEvent[];
  /** Finished counts in place of interactions, oldest first: the last of a pair holds. */
  readonly counts?: readonly CoInteractionCountEvent[];
}

/** What METHOD's steps 1 to 5 make of a set of events. */
export interface BatchReduction {
  /** customer → product → last interaction, epoch milliseconds: at most H each, those whose pairs count. */
  readonly histories: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Every pair with a count above 0. */
  readonly counts: PairCounts;
  /** Product → customers that interacted with it, as far as their products are kept. */
  readonly customers: ReadonlyMap<string, number>;
  /** Active product → listings in force: product → seller → event time. */
  readonly listings: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly products: ReadonlyMap<string, ProductEvent>;
  readonly candidates: ReadonlySet<string>;
  /** `edgeKey` of a pair → its count. */
  readonly edges: ReadonlyMap<string, number>;
  readonly trainingSet: ReadonlySet<string>;
  readonly sellers: ReadonlySet<string>;
}

/**
 * The batch reduction: slow and obvious, the reference of the incremental one. Candidates are decided without
 * hysteresis, since that depends on the order of events, unless the candidates are given.
 */
export function reduceBatch(
  events: EventSet,
  settings: GraphSettings,
  givenCandidates?: ReadonlySet<string>,
): BatchReduction {
  const limits = historyLimits(settings);
  const kept = newestProducts(events, limits.demand);
  const histories = new Map([...kept].map(([customer, products]) => [customer, first(products, limits.history)]));
  const { counts, customers } = events.counts
    ? takeCounts(events.counts)
    : { counts: countPairs(histories), customers: countCustomers(kept) };
  const products = lastWriterWins(
    events.products,
    ({ productId }) => productId,
    ({ status, title, description, categoryId, eventTimeMs: timeMs }) =>
      precedence({ active: status === 'active', title, description, categoryId, timeMs }),
  );
  const isActive = (product: string): boolean => products.get(product)?.status === 'active';
  const listings = new Map<string, Map<string, number>>();
  const key = ({ sellerId, productId }: ListingEvent): string => `${sellerId}\n${productId}`;
  for (const listing of lastWriterWins(events.listings, key, ({ status }) => status).values()) {
    if (listing.status !== 'listed') continue;
    const sellers = listings.get(listing.productId) ?? new Map<string, number>();
    listings.set(listing.productId, sellers.set(listing.sellerId, listing.eventTimeMs));
  }
  const isCandidate = (product: string): boolean =>
    (customers.get(product) ?? 0) >= settings.minCustomers && (listings.get(product)?.size ?? 0) < settings.maxListings;
  const candidates =
    givenCandidates ?? new Set([...products.keys()].filter((product) => isActive(product) && isCandidate(product)));
  const edges = new Map<string, number>();
  for (const [a, b, count] of counts) {
    if (count < settings.coInteractionThreshold || !isActive(a) || !isActive(b)) continue;
    if (candidates.has(a) || candidates.has(b)) edges.set(edgeKey(a, b), count);
  }
  const trainingSet = new Set([...candidates, ...[...edges.keys()].flatMap((pair) => pair.split('\n'))]);
  const sellers = new Set(events.listings.map(({ sellerId }) => sellerId));
  return { histories, counts, customers, listings, products, candidates, edges, trainingSet, sellers };
}

/** customer → product → last interaction: the newest of each, as many as the limit allows, the newest first. */
function newestProducts(events: EventSet, limit: number): Map<string, Map<string, number>> {
  const erasedUntil = new Map<string, number>();
  for (const { customerId, eventTimeMs } of events.erasures) {
    erasedUntil.set(customerId, Math.max(eventTimeMs, erasedUntil.get(customerId) ?? -Infinity));
  }
  const lastTimes = new Map<string, Map<string, number>>();
  for (const { customerId, productId, eventTimeMs } of events.interactions) {
    if (eventTimeMs <= (erasedUntil.get(customerId) ?? -Infinity)) continue;
    const times = lastTimes.get(customerId) ?? new Map<string, number>();
    lastTimes.set(customerId, times.set(productId, Math.max(eventTimeMs, times.get(productId) ?? -Infinity)));
  }
  for (const [customer, times] of lastTimes) {
    const newestFirst = [...times].sort(([p, a], [q, b]) => b - a || (p < q ? -1 : 1));
    lastTimes.set(customer, first(new Map(newestFirst), limit));
  }
  return lastTimes;
}

type Counts = Pick<BatchReduction, 'counts' | 'customers'>;

const first = <K, V>(map: ReadonlyMap<K, V>, count: number): Map<K, V> => new Map([...map].slice(0, count));

function countPairs(histories: ReadonlyMap<string, ReadonlyMap<string, number>>): PairCounts {
  const counts = new PairCounts();
  for (const times of histories.values()) {
    const products = [...times.keys()];
    products.forEach((p, index) => {
      for (const q of products.slice(index + 1)) counts.increment(p, q);
    });
  }
  return counts;
}

function countCustomers(kept: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, number> {
  const customers = new Map<string, number>();
  for (const products of kept.values()) {
    for (const product of products.keys()) customers.set(product, (customers.get(product) ?? 0) + 1);
  }
  return customers;
}

function takeCounts(events: readonly CoInteractionCountEvent[]): Counts {
  const counts = new PairCounts();
  const customers = new Map<string, number>();
  for (const { productIdA, productIdB, count } of events) {
    if (productIdA === productIdB) customers.set(productIdA, count);
    else counts.set(productIdA, productIdB, count);
  }
  return { counts, customers };
}

/** The newest event of each key; of several at one time the one with the greatest precedence. */
function lastWriterWins<T extends { readonly eventTimeMs: number }>(
  events: readonly T[],
  keyOf: (event: T) => string,
  precedenceOf: (event: T) => string,
): Map<string, T> {
  const winners = new Map<string, T>();
  for (const event of events) {
    const winner = winners.get(keyOf(event));
    const difference = winner === undefined ? 1 : event.eventTimeMs - winner.eventTimeMs;
    if (difference > 0 || (difference === 0 && precedenceOf(event) > precedenceOf(winner!))) {
      winners.set(keyOf(event), event);
    }
  }
  return winners;
}
