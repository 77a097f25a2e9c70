import type { InteractionType } from '@thaw/contracts';
import { NONE } from './buckets.js';
import { Circles } from './circles.js';
import type { SimulatedEvent } from './events.js';
import { Stage } from './products.js';
import type { World } from './world.js';

/** Where a customer looks for something new: their home niche, their second taste, anywhere; else the long tail. */
const HOME_SHARE = 0.22;
const SECOND_SHARE = 0.22;
const ANYWHERE_SHARE = 0.48;
/** Of new pairs: a circle's next find. */
const TREND_SHARE = 0.03;
/** An enthusiast cares this often for what everybody buys, and then only in their own niche. */
const ENTHUSIAST_INTEREST = 0.15;
const CUSTOMER_DRAWS = 4;
const PRODUCT_DRAWS = 3;

/** Cumulative shares of view, click, cart; the rest are purchases. Who returns is closer to buying. */
const FIRST_FUNNEL = [0.7, 0.9, 0.96] as const;
const RETURN_FUNNEL = [0.4, 0.7, 0.87] as const;

/** Decides which customer touches which product. */
export class Demand {
  readonly circles: Circles;

  constructor(
    private readonly world: World,
    private readonly repeatShare: number,
  ) {
    this.circles = new Circles(world);
  }

  /**
   * The next interaction, or undefined while nothing can be bought.
   *
   * @param wantedCustomers how many customers there should be by now: whoever is missing arrives
   */
  interact(wantedCustomers: number): SimulatedEvent | undefined {
    const { world } = this;
    const { random, customers } = world;
    if (customers.present < wantedCustomers) return this.welcome();
    if (random.chance(this.repeatShare)) return this.comeBack(customers.draw());
    if (random.chance(TREND_SHARE)) {
      const find = this.circles.follow(random.below(world.sizes.niches));
      if (find) return find;
    }
    for (let i = 0; i < CUSTOMER_DRAWS; i++) {
      const customer = customers.draw();
      if (customers.room(customer) === 0) continue;
      const product = this.findNew(customer);
      if (product !== NONE) return this.firstTouch(customer, product);
    }
    return this.comeBack(customers.draw());
  }

  private welcome(): SimulatedEvent | undefined {
    const customer = this.world.customers.arrive();
    const product = this.findNew(customer);
    return product === NONE ? undefined : this.firstTouch(customer, product);
  }

  private comeBack(customer: number): SimulatedEvent | undefined {
    const product = this.world.customers.drawFromBasket(customer);
    return product === NONE ? undefined : this.world.touch(customer, product, this.funnel(RETURN_FUNNEL), false);
  }

  private firstTouch(customer: number, product: number): SimulatedEvent {
    return this.world.touch(customer, product, this.funnel(FIRST_FUNNEL), true);
  }

  private findNew(customer: number): number {
    for (let i = 0; i < PRODUCT_DRAWS; i++) {
      const product = this.lookAround(customer);
      if (product !== NONE && !this.world.customers.has(customer, product)) return product;
    }
    return NONE;
  }

  private lookAround(customer: number): number {
    const { random, customers, products, sizes } = this.world;
    const home = customers.home(customer);
    if (customers.isEnthusiast(customer)) {
      if (products.countInNiche(home, Stage.warm) === 0) return this.findRarity(home);
      return random.chance(ENTHUSIAST_INTEREST) ? products.draw(home, Stage.warm, random) : NONE;
    }
    const where = random.float();
    if (where < HOME_SHARE) return products.draw(home, Stage.warm, random);
    if (where < HOME_SHARE + SECOND_SHARE) return products.draw(customers.second[customer]!, Stage.warm, random);
    if (where < HOME_SHARE + SECOND_SHARE + ANYWHERE_SHARE) {
      return products.draw(random.below(sizes.niches), Stage.warm, random);
    }
    return this.findRarity(home);
  }

  private findRarity(niche: number): number {
    const { products, random } = this.world;
    const rarity = products.draw(niche, Stage.tail, random);
    return rarity !== NONE && products.hasAppetite(rarity) ? rarity : NONE;
  }

  private funnel(shares: readonly [number, number, number]): InteractionType {
    const depth = this.world.random.float();
    if (depth < shares[0]) return 'view';
    if (depth < shares[1]) return 'click';
    return depth < shares[2] ? 'cart' : 'purchase';
  }
}
