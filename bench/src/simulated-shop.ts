import { setImmediate } from 'node:timers/promises';
import type { ProductEvent } from '@thaw/contracts';
import type { EventRows } from '@thaw/evaluate';
import { createMarketplace, type MarketplaceSizes } from '@thaw/simulator';
import type { BenchmarkContext } from './benchmark.js';

const BATCH = 100_000;
const TELL_EVERY_EVENTS = 10 * BATCH;
/** Events of the marketplace follow each other by this. */
const EVENT_MS = 1_000;
/** Nothing goes away: what is wanted is a graph of a size, and removals take listings with them. */
const RATES = { removal: 0, erasure: 0, withdrawal: 0, repeat: 0.5 };
/** After so many events for each listing there is no use in waiting for the rest. */
const MOST_EVENTS_A_LISTING = 100;

export interface ShopSize {
  readonly listings: number;
  readonly products: number;
  readonly sellers: number;
  readonly customers: number;
  readonly niches: number;
}

/**
 * A marketplace in which sellers list much. Beside the ladder's own rungs listings come at about 2 in 100 events: so
 * it takes long to grow, which many pairs of customers and products make it do, and most products end up warm.
 */
function sizesOf({ products, customers, listings, ...others }: ShopSize): Partial<MarketplaceSizes> {
  const share = (of: number): number => Math.max(1, Math.round(of * products));
  return {
    ...others,
    products,
    customers,
    rising: share(0.09),
    candidates: share(0.11),
    warm: share(0.53),
    pairs: 30 * customers,
    listings: Math.ceil(1.12 * listings), // the goal while it grows, which it lags behind
  };
}

/** People and products by number, and when they met. */
class Meetings {
  readonly people: number[] = [];
  readonly products: number[] = [];
  readonly timeMs: number[] = [];

  add(person: number, product: number, timeMs: number): void {
    this.people.push(person);
    this.products.push(product);
    this.timeMs.push(timeMs);
  }
}

class Numbers {
  readonly ids: string[] = [];
  readonly #known = new Map<string, number>();

  of(id: string): number {
    let number = this.#known.get(id);
    if (number === undefined) this.#known.set(id, (number = this.ids.push(id) - 1));
    return number;
  }
}

export interface SimulatedShop {
  readonly events: number;
  /** Listings in force. */
  readonly listings: number;
  readonly products: number;
  readonly rows: EventRows;
}

/**
 * Grows a simulated marketplace until it has as many listings as are wanted, and keeps its events in memory, some 24
 * bytes each.
 *
 * @throws RangeError when its sizes leave no room for so many listings
 * @throws the signal's reason when it fires
 */
export async function growShop(
  size: ShopSize,
  seed: number,
  context: Pick<BenchmarkContext, 'progress' | 'signal'>,
): Promise<SimulatedShop> {
  const clock = (number: number): number => number * EVENT_MS;
  const market = createMarketplace({ seed, clock, rates: RATES, sizes: sizesOf(size) });
  const catalogue = new Map<string, ProductEvent>();
  const [ids, sellers, customers] = [new Numbers(), new Numbers(), new Numbers()];
  const [listings, interactions] = [new Meetings(), new Meetings()];
  const { warmUpEvents } = market.sizes;
  let events = 0;
  while (events < warmUpEvents || market.stats().listings < size.listings) {
    if (events > warmUpEvents + MOST_EVENTS_A_LISTING * size.listings) {
      const { listings: reached } = market.stats();
      throw new RangeError(
        `the marketplace stays at ${reached} listings: ask for more --products or fewer --listings than ${size.listings}`,
      );
    }
    for (const { topic, event } of market.next(BATCH)) {
      if (topic === 'products') {
        if (event.status === 'active') catalogue.set(event.productId, event);
        else catalogue.delete(event.productId);
      } else if (topic === 'listings') {
        listings.add(sellers.of(event.sellerId), ids.of(event.productId), event.eventTimeMs);
      } else if (topic === 'interactions') {
        interactions.add(customers.of(event.customerId), ids.of(event.productId), event.eventTimeMs);
      }
    }
    events += BATCH;
    if (events % TELL_EVERY_EVENTS === 0) {
      const { products, candidates, listings: listed } = market.stats();
      context.progress(`${events} events: ${products} products, ${candidates} candidates, ${listed} listings`);
    }
    await setImmediate(); // an interrupt is heard
    context.signal.throwIfAborted();
  }
  const { listings: inForce, products } = market.stats();
  return {
    events,
    listings: inForce,
    products,
    rows: {
      products: catalogue.values(),
      listings: rowsOf(listings, (i) => ({ sellerId: sellers.ids[listings.people[i]!]! }), ids),
      interactions: rowsOf(interactions, (i) => ({ customerId: customers.ids[interactions.people[i]!]! }), ids),
    },
  };
}

function* rowsOf<T extends object>(
  { products, timeMs }: Meetings,
  who: (row: number) => T,
  { ids }: Numbers,
): Generator<T & { productId: string; timeMs: number }> {
  for (let i = 0; i < products.length; i++) {
    yield { ...who(i), productId: ids[products[i]!]!, timeMs: timeMs[i]! };
  }
}
