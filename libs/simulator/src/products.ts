import { Buckets, NONE } from './buckets.js';
import { MARKETPLACE_POLICY } from './paper.js';
import { hash32, type Random } from './random.js';

/** Where a product stands in its life. */
export const Stage = { tail: 0, rising: 1, candidate: 2, warm: 3 } as const;
export type Stage = (typeof Stage)[keyof typeof Stage];
const STAGES = 4;

/** A candidate stops finding customers at 5 to 11 of them, until sellers have made it easy to buy. */
const CANDIDATE_APPETITE = { least: 5, spread: 7 };
const RIPE = MARKETPLACE_POLICY.minCustomers - 1;

/**
 * All products that are for sale, each in a slot that another takes over when it is removed: what the simulator keeps
 * does not grow. A product's stage follows from its customers, its listings, and whether a circle has taken it up.
 */
export class Products {
  readonly niche: Uint32Array;
  /** Names the product for good, where the slot does not; 0 in a free slot. */
  readonly serial: Uint32Array;
  /** Distinct customers. */
  readonly customers: Uint32Array;
  readonly listings: Uint8Array;
  readonly categorised: Uint8Array;
  readonly revision: Uint8Array;
  private readonly trending: Uint8Array;
  private readonly stages: Uint8Array;
  private readonly byNiche: Buckets;
  /** Candidates by their number of listings. */
  private readonly byListings: Buckets;
  private readonly byStage = new Float64Array(STAGES);
  private readonly free: Uint32Array;
  private freeCount: number;
  private born = 0;

  constructor(
    private readonly niches: number,
    readonly capacity: number,
  ) {
    this.niche = new Uint32Array(capacity);
    this.serial = new Uint32Array(capacity);
    this.customers = new Uint32Array(capacity);
    this.listings = new Uint8Array(capacity);
    this.categorised = new Uint8Array(capacity);
    this.revision = new Uint8Array(capacity);
    this.trending = new Uint8Array(capacity);
    this.stages = new Uint8Array(capacity);
    this.byNiche = new Buckets(niches * STAGES, capacity);
    this.byListings = new Buckets(MARKETPLACE_POLICY.maxListings, capacity);
    this.free = Uint32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.freeCount = capacity;
  }

  get alive(): number {
    return this.capacity - this.freeCount;
  }

  /** A new product of the long tail. There must be a free slot. */
  add(niche: number, categorised: boolean): number {
    const product = this.free[--this.freeCount]!;
    this.niche[product] = niche;
    this.serial[product] = ++this.born;
    this.customers[product] = 0;
    this.listings[product] = 0;
    this.categorised[product] = categorised ? 1 : 0;
    this.revision[product] = 0;
    this.trending[product] = 0;
    this.stages[product] = Stage.tail;
    this.byStage[Stage.tail]!++;
    this.byNiche.move(product, this.bucket(niche, Stage.tail));
    return product;
  }

  remove(product: number): void {
    this.byStage[this.stages[product]!]!--;
    this.byNiche.move(product, NONE);
    this.byListings.move(product, NONE);
    this.serial[product] = 0;
    this.free[this.freeCount++] = product;
  }

  addCustomers(product: number, change: 1 | -1): void {
    this.customers[product]! += change;
    this.restage(product);
  }

  addListings(product: number, change: 1 | -1): void {
    this.listings[product]! += change;
    this.restage(product);
  }

  /** A circle of customers takes a product of the long tail up. */
  startTrend(product: number): void {
    this.trending[product] = 1;
    this.restage(product);
  }

  stage(product: number): Stage {
    return this.stages[product] as Stage;
  }

  count(stage: Stage): number {
    return this.byStage[stage]!;
  }

  /** Candidates with exactly this many listings. */
  countByListings(listings: number): number {
    return this.byListings.size(listings);
  }

  drawByListings(listings: number, random: Random): number {
    return this.byListings.draw(listings, random);
  }

  countInNiche(niche: number, stage: Stage): number {
    return this.byNiche.size(this.bucket(niche, stage));
  }

  /** A uniform product of a niche and stage, or {@link NONE}. */
  draw(niche: number, stage: Stage, random: Random): number {
    return this.byNiche.draw(this.bucket(niche, stage), random);
  }

  /** Whether one more customer may find the product now. */
  hasAppetite(product: number): boolean {
    const customers = this.customers[product]!;
    const stage = this.stages[product] as Stage;
    const taste = hash32(this.serial[product]!, stage);
    switch (stage) {
      case Stage.tail:
        return customers < Math.min(2, taste % 4);
      case Stage.rising:
        return customers < RIPE - (taste % 4 === 0 ? 1 : 0);
      case Stage.candidate:
        return customers < CANDIDATE_APPETITE.least + (taste % CANDIDATE_APPETITE.spread);
      case Stage.warm:
        return true;
    }
  }

  private bucket(niche: number, stage: Stage): number {
    return stage * this.niches + niche;
  }

  private restage(product: number): void {
    const found = this.customers[product]! >= MARKETPLACE_POLICY.minCustomers;
    const listings = this.listings[product]!;
    const few = listings < MARKETPLACE_POLICY.maxListings;
    const unfound = this.trending[product] === 1 ? Stage.rising : Stage.tail;
    const stage = found ? (few ? Stage.candidate : Stage.warm) : unfound;
    this.byListings.move(product, stage === Stage.candidate ? listings : NONE);
    const before = this.stages[product]!;
    if (stage === before) return;
    this.byStage[before]!--;
    this.byStage[stage]!++;
    this.stages[product] = stage;
    this.byNiche.move(product, this.bucket(this.niche[product]!, stage));
  }
}
