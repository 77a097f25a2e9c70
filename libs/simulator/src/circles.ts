import { NONE } from './buckets.js';
import type { SimulatedEvent } from './events.js';
import { Stage } from './products.js';
import type { World } from './world.js';

/** Enthusiasts in the circle that leads a niche's taste. */
const CIRCLE_SIZE = 15;
/** Who joins has at least this much room in their basket. */
const LEAST_ROOM = 12;
const MEMBER_DRAWS = 24;
const FOLLOW_DRAWS = 3;
/** Of new finds: somebody in the circle makes way for another customer. */
const TURNOVER = 0.05;

/**
 * In every niche a small circle of customers finds new products first, and together: what one of them takes up, others
 * of them do. It is why a product with a handful of customers has neighbours in the co-interaction graph at all.
 */
export class Circles {
  private readonly members: Int32Array;

  constructor(private readonly world: World) {
    this.members = new Int32Array(world.sizes.niches * CIRCLE_SIZE).fill(NONE);
  }

  /** A member takes up one of the niche's rising products or candidates, if one still wants customers. */
  follow(niche: number): SimulatedEvent | undefined {
    const { products, random } = this.world;
    const rising = products.countInNiche(niche, Stage.rising);
    const candidates = products.countInNiche(niche, Stage.candidate);
    for (let i = 0; i < FOLLOW_DRAWS; i++) {
      const stage = random.below(rising + candidates) < rising ? Stage.rising : Stage.candidate;
      const product = products.draw(niche, stage, random);
      if (product !== NONE && products.hasAppetite(product)) return this.recruit(product);
    }
    return undefined;
  }

  /** One more member of the circle touches the product; undefined when all of them have, or none has room. */
  recruit(product: number): SimulatedEvent | undefined {
    const { customers, products, random } = this.world;
    const niche = products.niche[product]!;
    const from = random.below(CIRCLE_SIZE);
    for (let i = 0; i < CIRCLE_SIZE; i++) {
      const member = this.member(niche, (from + i) % CIRCLE_SIZE);
      if (member !== NONE && !customers.has(member, product)) {
        return this.world.touch(member, product, random.chance(0.5) ? 'click' : 'view', true);
      }
    }
    return undefined;
  }

  /** Called when a product of the niche has been found: fashions change. */
  turnOver(niche: number): void {
    const { random } = this.world;
    if (random.chance(TURNOVER)) this.members[niche * CIRCLE_SIZE + random.below(CIRCLE_SIZE)] = NONE;
  }

  /** The member at a place, who has room; a member without makes way for another. */
  private member(niche: number, place: number): number {
    const { customers } = this.world;
    const at = niche * CIRCLE_SIZE + place;
    const member = this.members[at]!;
    if (member !== NONE && customers.serial[member] !== 0 && customers.room(member) > 0) return member;
    return (this.members[at] = this.invite(niche));
  }

  private invite(niche: number): number {
    const { customers } = this.world;
    const taken = this.members.subarray(niche * CIRCLE_SIZE, (niche + 1) * CIRCLE_SIZE);
    for (let i = 0; i < MEMBER_DRAWS; i++) {
      const customer = customers.drawEnthusiast(niche);
      if (customer !== NONE && customers.room(customer) >= LEAST_ROOM && !taken.includes(customer)) return customer;
    }
    return NONE;
  }
}
