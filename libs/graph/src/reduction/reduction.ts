import { graph } from '@thaw/contracts';
import type { CoInteractionCounter } from '../counting/counter.js';
import { halfOctave } from '../counting/half-octave.js';
import type { GraphSettings } from '../settings.js';
import type { Catalogue } from '../state/catalogue.js';
import { grown } from '../state/growable.js';
import type { Interner } from '../state/interner.js';
import type { Listings } from '../state/listings.js';
import { PairTable } from '../state/pair-table.js';
import { admissionReason, evictionReason, isCandidate, type Standing } from './candidate-policy.js';
import { ChangeLog, SilentLog } from './change-log.js';

/** What the reduction is made of: the state that the events keep. */
export interface ReductionInputs {
  readonly counter: CoInteractionCounter;
  readonly listings: Listings;
  readonly catalogue: Catalogue;
  readonly productIds: Interner;
  readonly sellerIds: Interner;
}

const CANDIDATE = 1;
const IN_TRAINING_SET = 2;
const ACTIVE = 4;

/**
 * The reduced graph (METHOD, steps 1 to 5) kept up to date. `settle` compares what the events of a batch touched with
 * what the graph last showed, and emits the difference: the graph after it equals the batch reduction of all events.
 *
 * - An edge of the counter is kept while both ends are active and at least one is a candidate.
 * - The training set Pt is the candidates and the ends of kept edges.
 * - A listing is in the graph while it is in force and its product is in Pt.
 */
export class Reduction {
  /** Edges of the reduced graph with the count that was last told. */
  readonly shown = new PairTable();
  #flags = new Uint8Array(1024);
  #degrees = new Uint32Array(1024);
  #shownCustomers = new Uint32Array(1024);
  /** Customers at the last settlement that touched the product. */
  #lastCustomers = new Uint32Array(1024);
  /** For a counted candidate, one more than its listings; 0 for every other product. */
  #buckets = new Uint32Array(1024);
  readonly #shownCategories: (string | undefined)[] = [];
  readonly #categorySizes = new Map<string, number>();
  readonly #candidatesByListings: number[] = [];
  #candidates = 0;
  #trainingProducts = 0;
  readonly #inputs: ReductionInputs;
  #settings: GraphSettings;

  constructor(inputs: ReductionInputs, settings: GraphSettings) {
    this.#inputs = inputs;
    this.#settings = settings;
  }

  get candidates(): number {
    return this.#candidates;
  }

  get trainingProducts(): number {
    return this.#trainingProducts;
  }

  /** Categories of the training set. */
  get categories(): number {
    return this.#categorySizes.size;
  }

  /** Candidates that have this many listings (Table 1, live). */
  candidatesWith(listings: number): number {
    return this.#candidatesByListings[listings] ?? 0;
  }

  isCandidate(product: number): boolean {
    return (this.#flags[product]! & CANDIDATE) !== 0;
  }

  inTrainingSet(product: number): boolean {
    return (this.#flags[product]! & IN_TRAINING_SET) !== 0;
  }

  /** Remembers that a product was a candidate when the state was stored. Call before the first `settle`. */
  restoreCandidate(product: number): void {
    this.#reserve(product + 1);
    this.#flags[product]! |= CANDIDATE;
  }

  /** Other settings from the next settlement on, which must then touch all products. */
  reconfigure(settings: GraphSettings): void {
    this.#settings = settings;
    this.shown.forEach((a, b) => this.#inputs.counter.edges.dirtyPairs.push(a, b));
  }

  /**
   * Brings the graph up to what the inputs say now.
   *
   * @param touched Products whose standing may have changed (may repeat).
   * @param newSellers Sellers seen for the first time.
   * @returns The changes, without sequence numbers, in an order in which each leaves a valid graph; and the products
   * that were admitted or evicted.
   */
  settle(
    touched: Iterable<number>,
    newSellers: readonly number[],
  ): { changes: graph.GraphChange[]; flipped: number[] } {
    const { productIds, sellerIds, catalogue } = this.#inputs;
    const log = new ChangeLog(productIds, sellerIds, catalogue);
    const flipped = this.#settle(touched, newSellers, log);
    return { changes: log.inOrder(), flipped };
  }

  /** Takes a loaded state as what was last told: settles all products without a change. */
  settleSilently(): void {
    const { productIds, sellerIds, catalogue } = this.#inputs;
    this.#settle(
      Array.from({ length: productIds.capacity }, (_, product) => product),
      [],
      new SilentLog(productIds, sellerIds, catalogue),
    );
  }

  #settle(touched: Iterable<number>, newSellers: readonly number[], log: ChangeLog): number[] {
    this.#reserve(this.#inputs.productIds.capacity);
    const products = new Set(touched);
    const flipped = this.#settleCandidates(products, log);
    this.#settleEdges(products, log);
    this.#settleTrainingSet(products, log);
    for (const seller of newSellers) log.sellerAdded(seller);
    return flipped;
  }

  #settleCandidates(products: ReadonlySet<number>, log: ChangeLog): number[] {
    const { catalogue, counter, listings } = this.#inputs;
    const flipped: number[] = [];
    for (const product of products) {
      const flags = this.#flags[product]!;
      const was = (flags & CANDIDATE) !== 0;
      const wasActive = (flags & ACTIVE) !== 0;
      const now: Standing = {
        active: catalogue.isActive(product),
        customers: counter.customers(product),
        listings: listings.count(product),
      };
      const is = isCandidate(was, now, this.#settings);
      if (was !== is) {
        flipped.push(product);
        if (is) {
          const before = { active: wasActive, customers: this.#lastCustomers[product]!, listings: now.listings };
          log.candidateAdmitted(product, now, admissionReason(before, this.#settings));
        } else log.candidateEvicted(product, now, evictionReason(now, this.#settings));
      }
      this.#lastCustomers[product] = now.customers;
      this.#countCandidate(product, is ? now.listings + 1 : 0);
      if (was !== is || wasActive !== now.active) counter.edges.touch(product);
      this.#flags[product] = (flags & IN_TRAINING_SET) | (is ? CANDIDATE : 0) | (now.active ? ACTIVE : 0);
    }
    return flipped;
  }

  #countCandidate(product: number, bucket: number): void {
    const before = this.#buckets[product]!;
    if (before > 0) this.#candidatesByListings[before - 1]! -= 1;
    if (bucket > 0) this.#candidatesByListings[bucket - 1] = (this.#candidatesByListings[bucket - 1] ?? 0) + 1;
    this.#candidates += Math.sign(bucket) - Math.sign(before);
    this.#buckets[product] = bucket;
  }

  #settleEdges(products: Set<number>, log: ChangeLog): void {
    const { counter } = this.#inputs;
    const { dirtyPairs } = counter.edges;
    for (let index = 0; index < dirtyPairs.length; index += 2) {
      const a = dirtyPairs[index]!;
      const b = dirtyPairs[index + 1]!;
      const count = counter.edges.get(a, b);
      const both = this.#flags[a]! & this.#flags[b]! & ACTIVE;
      const either = (this.#flags[a]! | this.#flags[b]!) & CANDIDATE;
      const kept = count >= 0 && both !== 0 && either !== 0;
      const shown = this.shown.get(a, b);
      if (kept && shown < 0) {
        const flip = log.wasAdmitted(a) || log.wasAdmitted(b);
        log.edgeAdded(a, b, count, flip ? graph.ChangeReason.CANDIDATE_ADMITTED : graph.ChangeReason.COUNT_REACHED);
        this.#degrees[a]! += 1;
        this.#degrees[b]! += 1;
      } else if (!kept && shown >= 0) {
        log.edgeRemoved(a, b, this.#removalReason(a, b, count));
        this.#degrees[a]! -= 1;
        this.#degrees[b]! -= 1;
        this.shown.delete(a, b);
      } else if (kept && halfOctave(shown) !== halfOctave(count)) {
        log.edgeAdded(a, b, count, graph.ChangeReason.COUNT_MOVED);
      } else continue;
      products.add(a).add(b);
      if (kept) this.shown.set(a, b, count);
    }
  }

  #removalReason(a: number, b: number, count: number): graph.ChangeReason {
    if (count < 0) return graph.ChangeReason.COUNT_FELL;
    const both = this.#flags[a]! & this.#flags[b]! & ACTIVE;
    return both === 0 ? graph.ChangeReason.PRODUCT_REMOVED : graph.ChangeReason.CANDIDATE_EVICTED;
  }

  #settleTrainingSet(products: ReadonlySet<number>, log: ChangeLog): void {
    const { catalogue, counter, listings } = this.#inputs;
    for (const product of products) {
      const flags = this.#flags[product]!;
      const was = (flags & IN_TRAINING_SET) !== 0;
      const is = (flags & CANDIDATE) !== 0 || this.#degrees[product]! > 0;
      const customers = counter.customers(product);
      if (is && !was) {
        log.productEntered(product, customers, listings.count(product));
        for (const seller of listings.sellersOf(product)) {
          log.listingAdded(seller, product, listings.timeMs(seller, product));
        }
        this.#trainingProducts += 1;
      } else if (was && !is) {
        this.#removeListings(product, log);
        log.productLeft(product, catalogue.isActive(product));
        this.#trainingProducts -= 1;
      } else if (is) {
        const updated = catalogue.dirty.has(product);
        const moved = halfOctave(this.#shownCustomers[product]!) !== halfOctave(customers);
        if (updated || moved) log.productChanged(product, customers, listings.count(product), updated);
        else continue;
      }
      this.#shownCustomers[product] = customers;
      this.#flags[product] = (flags & ~IN_TRAINING_SET) | (is ? IN_TRAINING_SET : 0);
      this.#countCategory(product, is);
    }
    this.#settleListings(products, log);
  }

  /** Listings that changed while their product stayed in the training set; those of entered products are told already. */
  #settleListings(products: ReadonlySet<number>, log: ChangeLog): void {
    const { listings } = this.#inputs;
    for (const before of listings.dirty) {
      const { seller, product } = before;
      if (!this.inTrainingSet(product) || (products.has(product) && log.hasEntered(product))) continue;
      const listed = listings.isListed(seller, product);
      const timeMs = listings.timeMs(seller, product);
      if (listed && (!before.listed || timeMs !== before.timeMs)) log.listingAdded(seller, product, timeMs);
      else if (!listed && before.listed) log.listingRemoved(seller, product, graph.ChangeReason.WITHDRAWN);
    }
  }

  /** The listings that the graph showed of a product that leaves: those in force before this batch. */
  #removeListings(product: number, log: ChangeLog): void {
    const { listings } = this.#inputs;
    const shown = new Set(listings.sellersOf(product));
    for (const before of listings.dirty) {
      if (before.product !== product) continue;
      if (before.listed) shown.add(before.seller);
      else shown.delete(before.seller);
    }
    for (const seller of shown) log.listingRemoved(seller, product, graph.ChangeReason.LEFT_TRAINING_SET);
  }

  #countCategory(product: number, is: boolean): void {
    const before = this.#shownCategories[product];
    const now = is ? this.#inputs.catalogue.get(product)?.categoryId || undefined : undefined;
    if (before === now) return;
    if (before !== undefined) {
      const left = this.#categorySizes.get(before)! - 1;
      if (left > 0) this.#categorySizes.set(before, left);
      else this.#categorySizes.delete(before);
    }
    if (now !== undefined) this.#categorySizes.set(now, (this.#categorySizes.get(now) ?? 0) + 1);
    this.#shownCategories[product] = now;
  }

  #reserve(products: number): void {
    this.#flags = grown(this.#flags, products);
    this.#degrees = grown(this.#degrees, products);
    this.#shownCustomers = grown(this.#shownCustomers, products);
    this.#lastCustomers = grown(this.#lastCustomers, products);
    this.#buckets = grown(this.#buckets, products);
  }
}
