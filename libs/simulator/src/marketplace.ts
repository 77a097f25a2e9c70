import { ThawError } from '@thaw/contracts';
import { NONE } from './buckets.js';
import { Delivery, type DeliveryStats } from './delivery.js';
import { Demand } from './demand.js';
import type { SimulatedEvent } from './events.js';
import { Ladder } from './ladder.js';
import { Stage } from './products.js';
import { hash32, Random } from './random.js';
import {
  ratesOf,
  sizesOf,
  type MarketplaceRates,
  type MarketplaceSettings,
  type MarketplaceSizes,
} from './settings.js';
import { World } from './world.js';

/** Per event: how often the ladder is looked at. Far more often than it is short of something. */
const LADDER_SHARE = 0.3;
/** The catalogue runs this far ahead of the rest while the marketplace grows: demand needs something to find. */
const CATALOGUE_LEAD = 0.005;
/** Of the products that no circle has taken up: filed under a category all the same. Makes 100 x category edges. */
const FILED_AT_BIRTH = 0.07;
/** Of removals in the long tail: hits a rising product instead. */
const RISING_REMOVAL_SHARE = 0.01;
const WITHDRAWAL_FLOOR = 12;
const RETIREMENT_DRAWS = 4;
/** So often something is tried that may turn out not to be possible now; then a description is rewritten. */
const DECISIONS = 64;

export interface MarketplaceStats {
  /** Events delivered, by topic. */
  readonly delivered: Readonly<Record<SimulatedEvent['topic'], number>>;
  readonly delivery: Readonly<DeliveryStats>;
  readonly customers: number;
  readonly products: number;
  readonly candidates: number;
  readonly warm: number;
  readonly pairs: number;
  readonly listings: number;
}

/** A marketplace that never stops. See {@link createMarketplace}. */
export class Marketplace {
  private readonly world: World;
  private readonly demand: Demand;
  private readonly ladder: Ladder;
  private readonly delivery: Delivery;
  private readonly delivered = { products: 0, listings: 0, interactions: 0, erasures: 0 };
  private happened = 0;

  constructor(
    readonly sizes: MarketplaceSizes,
    private readonly rates: MarketplaceRates,
    seed: number,
    private readonly clock: (eventNumber: number) => number,
  ) {
    this.world = new World(sizes, seed);
    this.demand = new Demand(this.world, rates.repeat);
    this.ladder = new Ladder(this.world, this.demand.circles);
    this.delivery = new Delivery(rates, new Random(hash32(seed, 2)), (place) => this.happen(place));
  }

  /** The next events, in the order in which they arrive. */
  next(count: number): SimulatedEvent[] {
    const events: SimulatedEvent[] = [];
    for (let i = 0; i < count; i++) {
      const event = this.delivery.next();
      this.delivered[event.topic]++;
      events.push(event);
    }
    return events;
  }

  /** What the generator believes of itself; {@link ShapeMeasure} tells what its events really say. */
  stats(): MarketplaceStats {
    const { customers, products, pairs, sellers } = this.world;
    return {
      delivered: { ...this.delivered },
      delivery: { ...this.delivery.stats },
      customers: customers.present,
      products: products.alive,
      candidates: products.count(Stage.candidate),
      warm: products.count(Stage.warm),
      pairs,
      listings: sellers.total,
    };
  }

  private happen(place: number): SimulatedEvent {
    const now = this.clock(place);
    if (!Number.isFinite(now)) {
      throw new ThawError(
        'CONFIG_INVALID',
        `The marketplace's clock said ${now} for event ${place}; it must give Unix epoch milliseconds.`,
      );
    }
    this.world.now = Math.max(this.world.now, Math.floor(now));
    const number = this.happened++;
    for (let i = 0; i < DECISIONS; i++) {
      const event = this.decide(number);
      if (event) return event;
    }
    return this.rewrite(this.anyProduct());
  }

  private decide(number: number): SimulatedEvent | undefined {
    const { world, sizes } = this;
    const grown = Math.min(1, (number + 1) / sizes.warmUpEvents);
    const catalogue = Math.ceil(sizes.products * Math.min(1, grown + CATALOGUE_LEAD));
    if (world.products.alive < catalogue) {
      return world.giveBirth(world.random.below(sizes.niches), world.random.chance(FILED_AT_BIRTH));
    }
    if (world.random.chance(LADDER_SHARE)) {
      const event = this.ladder.climb(grown);
      if (event) return event;
    }
    const rare = this.rareEvent(grown);
    if (rare) return rare;
    if (world.pairs > grown * sizes.pairs && world.products.count(Stage.warm) >= grown * sizes.warm) {
      return world.remove(this.oldFavourite());
    }
    return this.demand.interact(Math.ceil(grown * sizes.customers));
  }

  private rareEvent(grown: number): SimulatedEvent | undefined {
    const { world } = this;
    const { removal, erasure, withdrawal, update } = this.rates;
    let luck = world.random.float();
    if (luck >= removal + erasure + withdrawal + update) return undefined;
    const niche = world.random.below(this.sizes.niches);
    if ((luck -= removal) < 0) {
      const stage = world.random.chance(RISING_REMOVAL_SHARE) ? Stage.rising : Stage.tail;
      const product = world.products.draw(niche, stage, world.random);
      return product === NONE ? undefined : world.remove(product);
    }
    if ((luck -= erasure) < 0) {
      return world.customers.present > grown ? world.forget(world.customers.draw()) : undefined;
    }
    if (luck < withdrawal) return this.withdrawSomewhere(niche);
    const product = world.products.draw(niche, world.random.chance(0.5) ? Stage.tail : Stage.warm, world.random);
    return product === NONE ? undefined : this.rewrite(product);
  }

  private rewrite(product: number): SimulatedEvent {
    this.world.products.revision[product]!++;
    return this.world.describe(product);
  }

  /** There is always one: births come first. */
  private anyProduct(): number {
    const { products, random } = this.world;
    for (;;) {
      const product = random.below(products.capacity);
      if (products.serial[product] !== 0) return product;
    }
  }

  /** Never so that a warm product turned candidate again: one with a thousand customers is not what sellers overlook. */
  private withdrawSomewhere(niche: number): SimulatedEvent | undefined {
    const { products, random } = this.world;
    const stage = random.chance(0.2) ? Stage.candidate : Stage.warm;
    const product = products.draw(niche, stage, random);
    const floor = stage === Stage.warm ? WITHDRAWAL_FLOOR : 0;
    return product !== NONE && products.listings[product]! > floor ? this.world.withdraw(product) : undefined;
  }

  /** A warm product of a niche that has many: its time is over. */
  private oldFavourite(): number {
    const { products, random } = this.world;
    let best = random.below(this.sizes.niches);
    for (let i = 1; i < RETIREMENT_DRAWS; i++) {
      const other = random.below(this.sizes.niches);
      if (products.countInNiche(other, Stage.warm) > products.countInNiche(best, Stage.warm)) best = other;
    }
    const product = products.draw(best, Stage.warm, random);
    return product === NONE ? this.oldFavourite() : product;
  }
}

/**
 * Opens a marketplace. It grows for {@link MarketplaceSizes.warmUpEvents} events and turns over for ever after; its
 * dynamics follow the number of events, and time only dates them.
 *
 * @throws ThawError CONFIG_INVALID when a setting is out of range
 */
export function createMarketplace(settings: MarketplaceSettings): Marketplace {
  if (!Number.isSafeInteger(settings.seed)) {
    throw new ThawError('CONFIG_INVALID', `The marketplace's seed is ${settings.seed}; give an integer.`);
  }
  const rates = ratesOf(settings.rates);
  return new Marketplace(sizesOf(settings.scale ?? 1, rates, settings.sizes), rates, settings.seed, settings.clock);
}
