import { NONE } from './buckets.js';
import type { Circles } from './circles.js';
import type { SimulatedEvent } from './events.js';
import { MARKETPLACE_POLICY } from './paper.js';
import { Stage } from './products.js';
import { LISTING_SHARES } from './settings.js';
import type { World } from './world.js';

const LEVELS = MARKETPLACE_POLICY.maxListings;
/** Rungs: 0 rising, 1 found, 1 + k at least k listings (k = 1 … 10; 10 is warm), then the listings as a whole. */
const RISING_RUNG = 0;
const FOUND_RUNG = 1;
const LISTINGS_RUNG = LEVELS + 2;
/** Of listings that no rung asks for: on products that nobody demands yet. */
const EARLY_SHARE = 0.08;
const NICHE_DRAWS = 8;
const PRODUCT_DRAWS = 8;

/**
 * A product's life is a ladder: long tail, rising, found with 0, 1, … 9 listings, warm. Every rung has a number of
 * products that should stand on it or higher; where they are too few, one climbs up from the rung below. So a warm
 * product that leaves pulls ten listings and one discovery after it, one at a time, and the candidate set keeps its
 * shape without anything being frozen.
 */
export class Ladder {
  /** Share of candidates with at least k listings, k = 0 … 10. */
  private readonly atLeast: readonly number[];

  constructor(
    private readonly world: World,
    private readonly circles: Circles,
  ) {
    const total = LISTING_SHARES.reduce((sum, share) => sum + share, 0);
    this.atLeast = Array.from({ length: LEVELS + 1 }, (_, k) => {
      return LISTING_SHARES.slice(k).reduce((sum, share) => sum + share, 0) / total;
    });
  }

  /**
   * Looks at one rung and mends it, if it is short of products.
   *
   * @param grown how much of its full size the marketplace should have, in (0, 1]
   */
  climb(grown: number): SimulatedEvent | undefined {
    const rung = this.world.random.below(LISTINGS_RUNG + 1);
    const { sizes, sellers, products } = this.world;
    if (rung === LISTINGS_RUNG) return sellers.total < grown * sizes.listings ? this.listSomewhere() : undefined;
    if (rung === RISING_RUNG) {
      const wanted = grown * (sizes.rising + sizes.candidates + sizes.warm);
      return products.count(Stage.rising) + this.standingAtLeast(0) < wanted ? this.startTrend() : undefined;
    }
    const level = rung - 1;
    const wanted = grown * (sizes.warm + sizes.candidates * this.atLeast[level]!);
    if (this.standingAtLeast(level) >= Math.round(wanted)) return undefined;
    return rung === FOUND_RUNG ? this.discover() : this.listAtLevel(level - 1);
  }

  /** Candidates with at least so many listings, and all warm products. */
  private standingAtLeast(listings: number): number {
    let sum = this.world.products.count(Stage.warm);
    for (let k = listings; k < LEVELS; k++) sum += this.world.products.countByListings(k);
    return sum;
  }

  private startTrend(): SimulatedEvent | undefined {
    const { world } = this;
    const { products } = world;
    const niche = this.poorestNiche(Stage.rising);
    for (let i = 0; i < PRODUCT_DRAWS; i++) {
      const product = products.draw(niche, Stage.tail, world.random);
      if (product === NONE) return undefined;
      if (products.customers[product] !== 0) continue;
      products.startTrend(product);
      if (products.categorised[product] === 1) return this.circles.recruit(product);
      products.categorised[product] = 1;
      return world.describe(product);
    }
    return undefined;
  }

  /** A rising product finds one more customer, and is a candidate once that makes enough of them. */
  private discover(): SimulatedEvent | undefined {
    const { products, random } = this.world;
    const niche = this.poorestNiche(Stage.candidate);
    for (let i = 0; i < PRODUCT_DRAWS; i++) {
      const product = products.draw(niche, Stage.rising, random);
      if (product === NONE) return undefined;
      if (products.hasAppetite(product)) continue;
      this.circles.turnOver(niche);
      return this.circles.recruit(product);
    }
    return undefined;
  }

  private listAtLevel(listings: number): SimulatedEvent | undefined {
    const product = this.world.products.drawByListings(listings, this.world.random);
    return product === NONE ? undefined : this.world.list(product);
  }

  private listSomewhere(): SimulatedEvent | undefined {
    const { products, random, sellers, sizes } = this.world;
    const niche = random.below(sizes.niches);
    if (random.chance(EARLY_SHARE)) {
      const product = products.draw(niche, random.chance(0.5) ? Stage.rising : Stage.tail, random);
      return product !== NONE && products.listings[product] === 0 ? this.world.list(product) : undefined;
    }
    const product = products.draw(niche, Stage.warm, random);
    return product !== NONE && products.listings[product]! < sellers.mostListings
      ? this.world.list(product)
      : undefined;
  }

  /** Of some niches, the one with the fewest products of a stage: discoveries are spread evenly. */
  private poorestNiche(stage: Stage): number {
    const { products, random, sizes } = this.world;
    let best = random.below(sizes.niches);
    for (let i = 1; i < NICHE_DRAWS; i++) {
      const other = random.below(sizes.niches);
      if (products.countInNiche(other, stage) < products.countInNiche(best, stage)) best = other;
    }
    return best;
  }
}
