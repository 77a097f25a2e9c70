import type { ListingEvent, ProductEvent } from '@thaw/contracts';
import type { SimulatedEvent } from './events.js';
import { MARKETPLACE_POLICY, type ShapePolicy } from './paper.js';
import { hash32 } from './random.js';

/** What a stream of events adds up to, counted as the paper counts (section 2.1, appendix A). */
export interface MarketplaceShape {
  readonly sellers: number;
  readonly customers: number;
  readonly products: number;
  readonly categories: number;
  readonly candidates: number;
  readonly trainingProducts: number;
  readonly customerProductEdges: number;
  /** Pairs that at least one customer touched both of; estimated from one pair in 64, drawn by hash. */
  readonly productPairs: number;
  readonly sellerProductEdges: number;
  readonly categoryProductEdges: number;
  readonly trainingPairs: number;
  readonly sellerCandidateEdges: number;
  readonly sellerTrainingEdges: number;
  readonly categoryTrainingEdges: number;
  /** Candidates with 0, 1, … maxListings − 1 listings. */
  readonly candidatesByListings: readonly number[];
}

/** One in so many pairs is counted for {@link MarketplaceShape.productPairs}. */
const PAIR_SAMPLE = 64;

/**
 * Counts the shape of a stream from its events alone: a slow, obvious reference that shares nothing with the generator.
 * Its memory grows with the stream's live customer–product pairs (some 60 bytes each).
 */
export class ShapeMeasure {
  /** By customer: the newest event time of each product touched. */
  private readonly touched = new Map<string, Map<string, number>>();
  private readonly erasedUntil = new Map<string, number>();
  private readonly products = new Map<string, ProductEvent>();
  /** By product and seller: the newest word on the listing. */
  private readonly listings = new Map<string, Map<string, ListingEvent>>();

  constructor(private readonly policy: ShapePolicy = MARKETPLACE_POLICY) {}

  /** Takes events in any order; repeated ones change nothing. */
  add(simulated: SimulatedEvent): void {
    switch (simulated.topic) {
      case 'interactions': {
        const { customerId, productId, eventTimeMs } = simulated.event;
        const erasedUntil = this.erasedUntil.get(customerId);
        if (erasedUntil !== undefined && eventTimeMs <= erasedUntil) return;
        const touched = entry(this.touched, customerId, () => new Map<string, number>());
        const known = touched.get(productId);
        if (known === undefined || eventTimeMs > known) touched.set(productId, eventTimeMs);
        return;
      }
      case 'listings': {
        const { event } = simulated;
        const sellers = entry(this.listings, event.productId, () => new Map<string, ListingEvent>());
        const known = sellers.get(event.sellerId);
        if (!known || supersedes(event, known, 'withdrawn')) sellers.set(event.sellerId, event);
        return;
      }
      case 'products': {
        const { event } = simulated;
        const known = this.products.get(event.productId);
        if (!known || supersedes(event, known, 'removed')) this.products.set(event.productId, event);
        return;
      }
      case 'erasures': {
        const { customerId, eventTimeMs } = simulated.event;
        const until = Math.max(eventTimeMs, this.erasedUntil.get(customerId) ?? -Infinity);
        this.erasedUntil.set(customerId, until);
        const touched = this.touched.get(customerId);
        if (!touched) return;
        for (const [productId, timeMs] of touched) if (timeMs <= until) touched.delete(productId);
        if (touched.size === 0) this.touched.delete(customerId);
      }
    }
  }

  /** The shape as of all events so far. */
  shape(): MarketplaceShape {
    const histories = this.histories();
    const customersOf = new Map<string, number>();
    for (const history of histories) {
      for (const product of history) customersOf.set(product, (customersOf.get(product) ?? 0) + 1);
    }
    const { listingsOf, sellers } = this.listingsInForce();
    const active = [...this.products.values()].filter((product) => product.status === 'active');
    const candidates = new Set(
      active
        .map((product) => product.productId)
        .filter((id) => (customersOf.get(id) ?? 0) >= this.policy.minCustomers)
        .filter((id) => (listingsOf.get(id) ?? 0) < this.policy.maxListings),
    );
    const neighbours = neighboursOfCandidates(histories, candidates, this.policy.coInteractionThreshold);
    const training = new Set(candidates);
    for (const [a, b] of neighbours) training.add(a).add(b);
    const categorised = active.filter((product) => product.categoryId !== '');
    const candidatesByListings = Array.from({ length: this.policy.maxListings }, () => 0);
    for (const id of candidates) candidatesByListings[listingsOf.get(id) ?? 0]!++;
    const listingsOn = (ids: Iterable<string>) => sum([...ids].map((id) => listingsOf.get(id) ?? 0));
    return {
      sellers: sellers.size,
      customers: histories.length,
      products: active.length,
      categories: new Set(categorised.map((product) => product.categoryId)).size,
      candidates: candidates.size,
      trainingProducts: training.size,
      customerProductEdges: sum(histories.map((history) => history.length)),
      productPairs: estimatePairs(histories),
      sellerProductEdges: sum([...listingsOf.values()]),
      categoryProductEdges: categorised.length,
      trainingPairs: neighbours.length,
      sellerCandidateEdges: listingsOn(candidates),
      sellerTrainingEdges: listingsOn(training),
      categoryTrainingEdges: categorised.filter((product) => training.has(product.productId)).length,
      candidatesByListings,
    };
  }

  /** For each customer with any: the products of their history that are still for sale. */
  private histories(): string[][] {
    const histories: string[][] = [];
    for (const touched of this.touched.values()) {
      let newest = [...touched];
      if (newest.length > this.policy.historyLength) {
        newest = newest.sort(([a, at], [b, bt]) => bt - at || (a < b ? -1 : 1)).slice(0, this.policy.historyLength);
      }
      const history = newest.map(([id]) => id).filter((id) => this.products.get(id)?.status === 'active');
      if (history.length > 0) histories.push(history);
    }
    return histories;
  }

  private listingsInForce(): { listingsOf: Map<string, number>; sellers: Set<string> } {
    const listingsOf = new Map<string, number>();
    const sellers = new Set<string>();
    for (const [productId, words] of this.listings) {
      if (this.products.get(productId)?.status !== 'active') continue;
      const listed = [...words.values()].filter((listing) => listing.status === 'listed');
      listingsOf.set(productId, listed.length);
      for (const { sellerId } of listed) sellers.add(sellerId);
    }
    return { listingsOf, sellers };
  }
}

/** Measures a finite stream. See {@link ShapeMeasure}. */
export function measureShape(
  events: Iterable<SimulatedEvent>,
  policy: ShapePolicy = MARKETPLACE_POLICY,
): MarketplaceShape {
  const measure = new ShapeMeasure(policy);
  for (const event of events) measure.add(event);
  return measure.shape();
}

/** The newest event time wins; at equal times the ending does. */
function supersedes<E extends { readonly eventTimeMs: number; readonly status: string }>(
  event: E,
  known: E,
  ending: E['status'],
): boolean {
  if (event.eventTimeMs !== known.eventTimeMs) return event.eventTimeMs > known.eventTimeMs;
  return known.status !== ending;
}

/** Product pairs with at least one candidate end that at least `threshold` customers touched both of. */
function neighboursOfCandidates(
  histories: readonly string[][],
  candidates: ReadonlySet<string>,
  threshold: number,
): [string, string][] {
  const counts = new Map<string, Map<string, number>>();
  for (const history of histories) {
    for (const candidate of history) {
      if (!candidates.has(candidate)) continue;
      const row = entry(counts, candidate, () => new Map<string, number>());
      for (const other of history) {
        const countedFromThere = candidates.has(other) && other <= candidate;
        if (!countedFromThere) row.set(other, (row.get(other) ?? 0) + 1);
      }
    }
  }
  return [...counts].flatMap(([a, row]) =>
    [...row].filter(([, count]) => count >= threshold).map(([b]): [string, string] => [a, b]),
  );
}

function estimatePairs(histories: readonly string[][]): number {
  const hashes = new Map<string, number>();
  const sampled = new Set<string>();
  for (const history of histories) {
    const hashed = history.map((id) => entry(hashes, id, () => textHash(id)));
    for (let i = 0; i < history.length; i++) {
      for (let j = i + 1; j < history.length; j++) {
        // A sum does not care which of the two comes first.
        if (hash32(hashed[i]! + hashed[j]!, PAIR_SAMPLE) % PAIR_SAMPLE !== 0) continue;
        const [a, b] = [history[i]!, history[j]!];
        sampled.add(a < b ? `${a} ${b}` : `${b} ${a}`);
      }
    }
  }
  return sampled.size * PAIR_SAMPLE;
}

function textHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = hash32(hash, text.charCodeAt(i));
  return hash;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
