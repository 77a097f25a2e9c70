import { NONE } from './buckets.js';
import type { Products } from './products.js';
import { hashFloat, type Random } from './random.js';

const LEAST_CAPACITY = 6;
const CAPACITY_SPREAD = 54;
/** Bends a uniform draw so that capacities (6 to 60) have mean 28 and a tail of collectors. */
const CAPACITY_EXPONENT = 1.45;

/**
 * In every niche, every 8th of the first 320 residents is an enthusiast: somebody with a large basket who looks for the
 * new and passes by what everybody buys. They are among the first so that a small marketplace has some already.
 */
const ENTHUSIASTS = { every: 8, amongFirst: 320, capacity: 40 };

/** How far a second taste lies from the first one on the ring of niches, when it is a related one. */
const RELATED_SHARE = 0.6;
const RELATED_DISTANCE = 2;

/**
 * Customers and the distinct products that they touched, their baskets. A slot keeps its home niche (slot mod niches)
 * and capacity when its customer is forgotten and another one moves in.
 */
export class Customers {
  readonly serial: Uint32Array;
  /** The niche of the second taste. */
  readonly second: Uint32Array;
  private readonly start: Uint32Array;
  private readonly count: Uint8Array;
  private readonly basketSlot: Uint32Array;
  private readonly basketSerial: Uint32Array;
  private arrived = 0;
  private active = 0;
  private readonly vacant: number[] = [];

  constructor(
    readonly niches: number,
    readonly capacity: number,
    private readonly products: Products,
    private readonly random: Random,
    seed: number,
  ) {
    this.serial = new Uint32Array(capacity);
    this.second = new Uint32Array(capacity);
    this.count = new Uint8Array(capacity);
    this.start = new Uint32Array(capacity + 1);
    for (let slot = 0; slot < capacity; slot++) {
      const room = LEAST_CAPACITY + Math.floor(CAPACITY_SPREAD * hashFloat(seed, slot) ** CAPACITY_EXPONENT);
      const capacityHere = this.isEnthusiast(slot) ? ENTHUSIASTS.capacity : room;
      this.start[slot + 1] = this.start[slot]! + capacityHere;
    }
    this.basketSlot = new Uint32Array(this.start[capacity]!);
    this.basketSerial = new Uint32Array(this.start[capacity]!);
  }

  /** Customers that have arrived and were not forgotten. */
  get present(): number {
    return this.active - this.vacant.length;
  }

  home(customer: number): number {
    return customer % this.niches;
  }

  isEnthusiast(customer: number): boolean {
    const resident = (customer / this.niches) >>> 0;
    return resident < ENTHUSIASTS.amongFirst && resident % ENTHUSIASTS.every === 0;
  }

  /** Someone new, in a vacated slot or the next one. */
  arrive(): number {
    const customer = this.vacant.pop() ?? this.active++;
    this.serial[customer] = ++this.arrived;
    this.count[customer] = 0;
    this.second[customer] = this.drawSecond(this.home(customer));
    return customer;
  }

  /** Anyone present. There must be someone. */
  draw(): number {
    for (;;) {
      const customer = this.random.below(this.active);
      if (this.serial[customer] !== 0) return customer;
    }
  }

  /** An enthusiast of the niche who is present, or {@link NONE}. */
  drawEnthusiast(niche: number): number {
    const residents = ((this.active - niche + this.niches - 1) / this.niches) >>> 0;
    const enthusiasts = Math.ceil(Math.min(residents, ENTHUSIASTS.amongFirst) / ENTHUSIASTS.every);
    if (enthusiasts <= 0) return NONE;
    const customer = niche + this.niches * ENTHUSIASTS.every * this.random.below(enthusiasts);
    return this.serial[customer] === 0 ? NONE : customer;
  }

  /** How many more products the basket takes. */
  room(customer: number): number {
    const room = this.capacityOf(customer) - this.count[customer]!;
    return room > 0 ? room : this.capacityOf(customer) - this.dropRemoved(customer);
  }

  capacityOf(customer: number): number {
    return this.start[customer + 1]! - this.start[customer]!;
  }

  has(customer: number, product: number): boolean {
    const serial = this.products.serial[product]!;
    const from = this.start[customer]!;
    const to = from + this.count[customer]!;
    for (let i = from; i < to; i++) {
      if (this.basketSlot[i] === product && this.basketSerial[i] === serial) return true;
    }
    return false;
  }

  /** Puts a product into a basket that has room and does not hold it. */
  add(customer: number, product: number): void {
    const end = this.start[customer]! + this.count[customer]!++;
    this.basketSlot[end] = product;
    this.basketSerial[end] = this.products.serial[product]!;
    this.products.addCustomers(product, 1);
  }

  /** A product of the basket that is still for sale, or {@link NONE}. */
  drawFromBasket(customer: number): number {
    const live = this.dropRemoved(customer);
    return live === 0 ? NONE : this.basketSlot[this.start[customer]! + this.random.below(live)]!;
  }

  /** Forgets a customer. Returns how many products lost them. */
  forget(customer: number): number {
    const live = this.dropRemoved(customer);
    const from = this.start[customer]!;
    for (let i = from; i < from + live; i++) this.products.addCustomers(this.basketSlot[i]!, -1);
    this.count[customer] = 0;
    this.serial[customer] = 0;
    this.vacant.push(customer);
    return live;
  }

  /** Removed products are dropped when somebody looks: removing one then costs nothing per customer. */
  private dropRemoved(customer: number): number {
    const from = this.start[customer]!;
    const to = from + this.count[customer]!;
    let end = from;
    for (let i = from; i < to; i++) {
      const slot = this.basketSlot[i]!;
      const serial = this.basketSerial[i]!;
      if (this.products.serial[slot] !== serial) continue;
      this.basketSlot[end] = slot;
      this.basketSerial[end++] = serial;
    }
    return (this.count[customer] = end - from);
  }

  private drawSecond(home: number): number {
    if (!this.random.chance(RELATED_SHARE)) return this.random.below(this.niches);
    const step = 1 + this.random.below(RELATED_DISTANCE);
    return (home + (this.random.chance(0.5) ? step : this.niches - step)) % this.niches;
  }
}
