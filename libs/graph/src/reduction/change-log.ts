import { graph } from '@thaw/contracts';
import type { Catalogue } from '../state/catalogue.js';
import type { Interner } from '../state/interner.js';
import type { Standing } from './candidate-policy.js';

const { ChangeReason } = graph;

/** Collects the changes of one batch and puts them in an order in which each leaves a valid graph behind. */
export class ChangeLog {
  readonly #evicted: graph.GraphChange[] = [];
  readonly #edgesRemoved: graph.GraphChange[] = [];
  readonly #listingsRemoved: graph.GraphChange[] = [];
  readonly #productsRemoved: graph.GraphChange[] = [];
  readonly #sellersAdded: graph.GraphChange[] = [];
  readonly #productsChanged: graph.GraphChange[] = [];
  readonly #listingsAdded: graph.GraphChange[] = [];
  readonly #edgesAdded: graph.GraphChange[] = [];
  readonly #admitted: graph.GraphChange[] = [];
  readonly #admittedProducts = new Set<number>();
  readonly #enteredProducts = new Set<number>();

  constructor(
    readonly products: Interner,
    readonly sellers: Interner,
    readonly catalogue: Catalogue,
  ) {}

  wasAdmitted(product: number): boolean {
    return this.#admittedProducts.has(product);
  }

  hasEntered(product: number): boolean {
    return this.#enteredProducts.has(product);
  }

  candidateAdmitted(product: number, { customers, listings }: Standing, reason: graph.ChangeReason): void {
    this.#admittedProducts.add(product);
    const value = { productId: this.products.id(product), customers, listings };
    this.record(this.#admitted, reason, { $case: 'candidateAdmitted', value });
  }

  candidateEvicted(product: number, { customers, listings }: Standing, reason: graph.ChangeReason): void {
    const value = { productId: this.products.id(product), customers, listings };
    this.record(this.#evicted, reason, { $case: 'candidateEvicted', value });
  }

  edgeAdded(a: number, b: number, count: number, reason: graph.ChangeReason): void {
    this.record(this.#edgesAdded, reason, { $case: 'edgeAdded', value: { ...this.#pair(a, b), count } });
  }

  edgeRemoved(a: number, b: number, reason: graph.ChangeReason): void {
    this.record(this.#edgesRemoved, reason, { $case: 'edgeRemoved', value: this.#pair(a, b) });
  }

  listingAdded(seller: number, product: number, eventTimeMs: number): void {
    const value = { sellerId: this.sellers.id(seller), productId: this.products.id(product), eventTimeMs };
    const reason = this.hasEntered(product) ? ChangeReason.ENTERED_TRAINING_SET : ChangeReason.LISTED;
    this.record(this.#listingsAdded, reason, { $case: 'listingAdded', value });
  }

  listingRemoved(seller: number, product: number, reason: graph.ChangeReason): void {
    const value = { sellerId: this.sellers.id(seller), productId: this.products.id(product) };
    this.record(this.#listingsRemoved, reason, { $case: 'listingRemoved', value });
  }

  productEntered(product: number, customers: number, listings: number): void {
    this.#enteredProducts.add(product);
    this.#product(product, customers, listings, ChangeReason.ENTERED_TRAINING_SET);
  }

  productChanged(product: number, customers: number, listings: number, updated: boolean): void {
    this.#product(product, customers, listings, updated ? ChangeReason.PRODUCT_UPDATED : ChangeReason.DEMAND_MOVED);
  }

  productLeft(product: number, active: boolean): void {
    const reason = active ? ChangeReason.LEFT_TRAINING_SET : ChangeReason.PRODUCT_REMOVED;
    const value = { productId: this.products.id(product) };
    this.record(this.#productsRemoved, reason, { $case: 'productRemoved', value });
  }

  sellerAdded(seller: number): void {
    const value = { sellerId: this.sellers.id(seller) };
    this.record(this.#sellersAdded, ChangeReason.LISTED, { $case: 'sellerAdded', value });
  }

  /** Evictions first, since they must be obeyed soonest; then what goes, edges before nodes; then what comes. */
  inOrder(): graph.GraphChange[] {
    return [
      this.#evicted,
      this.#edgesRemoved,
      this.#listingsRemoved,
      this.#productsRemoved,
      this.#sellersAdded,
      this.#productsChanged,
      this.#listingsAdded,
      this.#edgesAdded,
      this.#admitted,
    ].flat();
  }

  protected record(
    list: graph.GraphChange[],
    reason: graph.ChangeReason,
    change: NonNullable<graph.GraphChange['change']>,
  ): void {
    list.push({ sequence: 0, reason, change });
  }

  #product(product: number, customers: number, listings: number, reason: graph.ChangeReason): void {
    const entry = this.catalogue.get(product);
    const value = {
      productId: this.products.id(product),
      categoryId: entry?.categoryId ?? '',
      title: entry?.title ?? '',
      description: entry?.description ?? '',
      customers,
      listings,
    };
    this.record(this.#productsChanged, reason, { $case: 'productChanged', value });
  }

  #pair(a: number, b: number): { productIdA: string; productIdB: string } {
    const idA = this.products.id(a);
    const idB = this.products.id(b);
    return idA < idB ? { productIdA: idA, productIdB: idB } : { productIdA: idB, productIdB: idA };
  }
}

/** Keeps nothing: for a settlement that nobody is to be told of. */
export class SilentLog extends ChangeLog {
  protected override record(): void {
    // What is not kept needs no order.
  }
}
