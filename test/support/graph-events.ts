import fc from 'fast-check';
import type {
  CoInteractionCountEvent,
  CustomerErasureEvent,
  InteractionEvent,
  ListingEvent,
  ProductEvent,
} from '@thaw/contracts';
import type { EventSet, GraphEngine } from '@thaw/graph';

export type AnyEvent =
  | { readonly kind: 'interaction'; readonly event: InteractionEvent }
  | { readonly kind: 'listing'; readonly event: ListingEvent }
  | { readonly kind: 'product'; readonly event: ProductEvent }
  | { readonly kind: 'erasure'; readonly event: CustomerErasureEvent }
  | { readonly kind: 'count'; readonly event: CoInteractionCountEvent };

/** Small ids and times, so that histories overflow, counts cross thresholds and times tie all the time. */
const numbered = (prefix: string, count: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: count - 1 }).map((number) => `${prefix}${number}`);
const eventTimeMs = fc.integer({ min: 0, max: 12 });
const productId = numbered('p', 8);
const customerId = numbered('c', 6);

const interaction: fc.Arbitrary<AnyEvent> = fc
  .record({ customerId, productId, type: fc.constant('purchase' as const), eventTimeMs })
  .map((event) => ({ kind: 'interaction', event }));
const listing: fc.Arbitrary<AnyEvent> = fc
  .record({
    sellerId: numbered('s', 5),
    productId,
    status: fc.constantFrom('listed' as const, 'listed' as const, 'withdrawn' as const),
    eventTimeMs,
  })
  .map((event) => ({ kind: 'listing', event }));
const product: fc.Arbitrary<AnyEvent> = fc
  .record({
    productId,
    categoryId: numbered('a', 3),
    title: numbered('title ', 3),
    description: fc.constant(''),
    status: fc.constantFrom('active' as const, 'active' as const, 'active' as const, 'removed' as const),
    eventTimeMs,
  })
  .map((event) => ({ kind: 'product', event }));
const erasure: fc.Arbitrary<AnyEvent> = fc
  .record({ customerId, eventTimeMs })
  .map((event) => ({ kind: 'erasure', event }));
const count: fc.Arbitrary<AnyEvent> = fc
  .record({ productIdA: productId, productIdB: productId, count: fc.integer({ min: 0, max: 5 }) })
  .map((event) => ({ kind: 'count', event }));

/** A catalogue to start from, then a random sequence of everything that can happen. */
export function eventSequence(counter: 'embedded' | 'external'): fc.Arbitrary<AnyEvent[]> {
  const others = { arbitrary: fc.oneof(listing, product), weight: 3 };
  const counted =
    counter === 'embedded'
      ? [
          { arbitrary: interaction, weight: 8 },
          { arbitrary: erasure, weight: 1 },
        ]
      : [{ arbitrary: count, weight: 8 }];
  const catalogue: AnyEvent[] = Array.from({ length: 6 }, (_, number) => ({
    kind: 'product',
    event: { productId: `p${number}`, categoryId: 'a0', title: '', description: '', status: 'active', eventTimeMs: 0 },
  }));
  return fc
    .array(fc.oneof(others, ...counted), { minLength: 1, maxLength: 120, size: 'max' })
    .map((events) => [...catalogue, ...events]);
}

/** Splits a sequence into batches of random lengths. */
export function inBatches<T>(events: readonly T[], lengths: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let from = 0, turn = 0; from < events.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    batches.push(events.slice(from, from + length));
    from += length;
  }
  return batches;
}

export function asEventSet(events: readonly AnyEvent[]): EventSet {
  const set = { interactions: [], listings: [], products: [], erasures: [], counts: [] } as {
    -readonly [K in keyof Required<EventSet>]: Required<EventSet>[K][number][];
  };
  for (const { kind, event } of events) {
    if (kind === 'interaction') set.interactions.push(event);
    else if (kind === 'listing') set.listings.push(event);
    else if (kind === 'product') set.products.push(event);
    else if (kind === 'erasure') set.erasures.push(event);
    else set.counts.push(event);
  }
  const { counts, ...others } = set;
  return counts.length > 0 ? set : others;
}

/** Hands an event to the engine, with a record time at which nothing is future-dated. */
export function feed(engine: GraphEngine, { kind, event }: AnyEvent): void {
  const recordTimeMs = Number.MAX_SAFE_INTEGER;
  if (kind === 'interaction') engine.interaction(event, recordTimeMs);
  else if (kind === 'listing') engine.listing(event, recordTimeMs);
  else if (kind === 'product') engine.product(event, recordTimeMs);
  else if (kind === 'erasure') engine.erasure(event, recordTimeMs);
  else engine.coInteraction(event);
}
