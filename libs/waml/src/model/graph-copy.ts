import { ThawError, type graph } from '@thaw/contracts';
import { GrowingColumn } from './growing-column.js';
import type { CandidateRule, ListingColumns, ModelState } from './model-state.js';

/** What a text encoder reads of a product. */
export interface ProductText {
  readonly title: string;
  readonly description: string;
}

/** The reduced graph at one sequence number, as a model takes it. */
export interface GraphCopy {
  readonly sequence: number;
  /** Its counts are exact; those of a graph that is kept up to date by changes are so within a half-octave. */
  readonly state: ModelState;
  /** `[products]` */
  readonly texts: readonly ProductText[];
  /** The candidate policy in force. */
  readonly rule: CandidateRule;
  /**
   * When the listings that are to be replayed began, epoch milliseconds: the state then also holds what candidates of
   * before would keep (see {@link reducedCopy}). Undefined: it is the reduced graph and no more.
   */
  readonly replayStartMs: number | undefined;
  /** Customers and counts as of then, in the order of the state's; undefined where the graph does not tell. */
  readonly past: PastColumns | undefined;
}

/** What a graph was at an earlier time: see `PastCounts` of graph.proto. */
export interface PastColumns {
  /** `[products]` */
  readonly customers: ArrayLike<number>;
  /** `[edges]` */
  readonly counts: ArrayLike<number>;
}

/**
 * Takes the messages of ReadGraph, in their order, and makes columns of them: some 50 bytes per product beside its
 * strings, 12 per edge and 32 per listing.
 */
export class GraphCopyBuilder {
  readonly #productIds: string[] = [];
  readonly #sellerIds: string[] = [];
  readonly #texts: ProductText[] = [];
  readonly #categories = new Map<string, number>();
  readonly #category: number[] = [];
  readonly #customers = new GrowingColumn(Uint32Array);
  readonly #listingCounts = new GrowingColumn(Uint32Array);
  readonly #candidates = new GrowingColumn(Uint32Array);
  readonly #edges = {
    first: new GrowingColumn(Uint32Array),
    second: new GrowingColumn(Uint32Array),
    count: new GrowingColumn(Uint32Array),
  };
  readonly #listings = {
    seller: new GrowingColumn(Uint32Array),
    product: new GrowingColumn(Uint32Array),
    timeMs: new GrowingColumn(Float64Array),
  };
  readonly #past = { customers: new GrowingColumn(Uint32Array), counts: new GrowingColumn(Uint32Array) };
  #header: graph.GraphHeader | undefined;
  #complete = false;

  add({ part }: graph.ReadGraphResponse): void {
    switch (part?.$case) {
      case 'header':
        this.#header = part.value;
        return;
      case 'products':
        for (const product of part.value.products) this.#addProduct(product);
        return;
      case 'sellers':
        for (const id of part.value.sellerIds) this.#sellerIds.push(id);
        return;
      case 'edges':
        this.#edges.first.pushAll(part.value.first);
        this.#edges.second.pushAll(part.value.second);
        this.#edges.count.pushAll(part.value.count);
        return;
      case 'listings':
        this.#listings.seller.pushAll(part.value.seller);
        this.#listings.product.pushAll(part.value.product);
        this.#listings.timeMs.pushAll(part.value.eventTimeMs);
        return;
      case 'past':
        this.#past.customers.pushAll(part.value.customers);
        this.#past.counts.pushAll(part.value.counts);
        return;
      case 'trailer':
        this.#complete = true;
        return;
      case undefined: // a part that this release does not know
    }
  }

  /** @throws ThawError GRAPH_DIVERGED when the stream was cut off. */
  finish(): GraphCopy {
    const { settings, sequence, replayStartMs = 0 } = this.#header ?? {};
    if (!this.#complete || settings === undefined || sequence === undefined) {
      throw new ThawError(
        'GRAPH_DIVERGED',
        'The copy of the graph is incomplete: the stream of ReadGraph ended without its header or trailer. Read the graph anew.',
      );
    }
    const { minCustomers, maxListings } = settings;
    return {
      sequence,
      state: {
        productIds: this.#productIds,
        sellerIds: this.#sellerIds,
        categoryIds: [...this.#categories.keys()],
        category: Int32Array.from(this.#category),
        customers: this.#customers.filled,
        listingCounts: this.#listingCounts.filled,
        listings: ascending({
          seller: this.#listings.seller.filled,
          product: this.#listings.product.filled,
          timeMs: this.#listings.timeMs.filled,
        }),
        coInteractions: {
          first: this.#edges.first.filled,
          second: this.#edges.second.filled,
          count: this.#edges.count.filled,
        },
        lowestCount: Math.max(1, settings.coInteractionThreshold),
        candidates: Int32Array.from(this.#candidates.filled),
      },
      texts: this.#texts,
      rule: { minCustomers, maxListings },
      replayStartMs: replayStartMs > 0 ? replayStartMs : undefined,
      past: this.#pastColumns(),
    };
  }

  #pastColumns(): PastColumns | undefined {
    const { customers, counts } = this.#past;
    const isWhole =
      customers.filled.length === this.#productIds.length && counts.filled.length === this.#edges.count.filled.length;
    return isWhole && this.#productIds.length > 0 ? { customers: customers.filled, counts: counts.filled } : undefined;
  }

  #addProduct({ productId, categoryId, title, description, candidate, listings, customers }: graph.ProductNode): void {
    if (candidate) this.#candidates.push(this.#productIds.length);
    this.#productIds.push(productId);
    this.#texts.push({ title, description });
    this.#category.push(categoryId === '' ? -1 : this.#categoryNumber(categoryId));
    this.#customers.push(customers);
    this.#listingCounts.push(listings);
  }

  #categoryNumber(id: string): number {
    const known = this.#categories.get(id);
    if (known !== undefined) return known;
    this.#categories.set(id, this.#categories.size);
    return this.#categories.size - 1;
  }
}

/** By time; at equal times by seller and product, so that the order is that of the set. */
function ascending({ seller, product, timeMs }: ListingColumns): ListingColumns {
  const order = Uint32Array.from({ length: timeMs.length }, (_, i) => i).sort(
    (a, b) => timeMs[a]! - timeMs[b]! || seller[a]! - seller[b]! || product[a]! - product[b]!,
  );
  return {
    seller: order.map((i) => seller[i]!),
    product: order.map((i) => product[i]!),
    timeMs: Float64Array.from(order, (i) => timeMs[i]!),
  };
}
