import { graph } from '@thaw/contracts';

export interface ShopSize {
  /** Products, sellers and categories. */
  readonly nodes: number;
  /** Co-interactions, listings and category edges. */
  readonly edges: number;
}

type Part = NonNullable<graph.ReadGraphResponse['part']>;

/** Products of one circle of taste. */
const PRODUCTS_A_CIRCLE = 200;
/** Shares of what stays within the circle; the rest goes anywhere. */
const NEAR_SHARE = 0.9;
const NEAR_LISTING_SHARE = 0.8;
/** Of products; METHOD's Table 5 has 5 candidates of 30 products. */
const CANDIDATE_SHARE = 1 / 6;
const MOST_CANDIDATE_LISTINGS = 9;
const START_MS = Date.UTC(2026, 0, 1);
const MS_A_LISTING = 1000;
/** Rows of one message of the stream. */
const PORTION = 5_000;
const CATEGORIES = 100;

/**
 * A reduced graph with the proportions of METHOD's Table 5 (30 products to a seller, a sixth of them candidates, a
 * category each, an edge in twelve a listing) in which there is something to learn: products come in circles, customers
 * and sellers mostly keep to one. The same for the same size.
 */
export class ClusteredShop {
  readonly products: number;
  readonly sellers: number;
  readonly #circles: number;
  readonly #random = generator(1);
  readonly #listings: { seller: number; product: number }[];
  readonly #listed: Uint32Array;
  readonly #edges: { first: number[]; second: number[]; count: number[] };

  constructor({ nodes, edges }: ShopSize) {
    this.sellers = Math.max(1, Math.floor((nodes - CATEGORIES) / 31));
    this.products = nodes - CATEGORIES - this.sellers;
    this.#circles = Math.max(1, Math.ceil(this.products / PRODUCTS_A_CIRCLE));
    const listings = Math.floor(edges / 12);
    this.#listed = new Uint32Array(this.products);
    this.#listings = this.#makeListings(listings);
    this.#edges = this.#makeEdges(edges - this.#listings.length - this.products);
  }

  isCandidate(product: number): boolean {
    return product % Math.round(1 / CANDIDATE_SHARE) === 0;
  }

  productId = (product: number): string => `product-${product}`;
  sellerId = (seller: number): string => `seller-${seller}`;

  /** The messages of ReadGraph, as of change `sequence`. */
  *messages(sequence: number): Generator<graph.ReadGraphResponse> {
    for (const part of this.#parts(sequence)) yield { part };
  }

  /** Changes that a running shop might see: new counts of edges that are there, and new sellers. */
  *changes(from: number, count: number): Generator<graph.GraphChange> {
    const { first, second, count: counts } = this.#edges;
    for (let i = 0; i < count; i++) {
      const edge = this.#below(first.length);
      yield {
        sequence: from + i,
        reason: graph.ChangeReason.COUNT_MOVED,
        change: {
          $case: 'edgeAdded',
          value: {
            ...sortedIds(this.productId(first[edge]!), this.productId(second[edge]!)),
            count: 2 * counts[edge]!,
          },
        },
      };
    }
  }

  *#parts(sequence: number): Generator<Part> {
    const { first, second, count } = this.#edges;
    const candidates = Math.ceil(this.products / Math.round(1 / CANDIDATE_SHARE));
    yield {
      $case: 'header',
      value: {
        sequence,
        products: this.products,
        sellers: this.sellers,
        edges: first.length,
        listings: this.#listings.length,
        candidates,
        settings: {
          historyLimit: 200,
          demandLimit: 1000,
          coInteractionThreshold: 2,
          minCustomers: 5,
          maxListings: MOST_CANDIDATE_LISTINGS + 1,
          listingHysteresis: 0,
          demandHysteresis: 0,
          maxFutureSkewMs: 0,
        },
        offsets: [],
        replayStartMs: 0,
        restoredSequence: 0,
      },
    };
    for (const [from, to] of portions(this.products)) {
      yield { $case: 'products', value: { products: range(from, to).map((product) => this.#product(product)) } };
    }
    for (const [from, to] of portions(this.sellers)) {
      yield { $case: 'sellers', value: { sellerIds: range(from, to).map(this.sellerId) } };
    }
    for (const [from, to] of portions(first.length)) {
      const value = { first: first.slice(from, to), second: second.slice(from, to), count: count.slice(from, to) };
      yield { $case: 'edges', value };
    }
    for (const [from, to] of portions(this.#listings.length)) {
      const slice = this.#listings.slice(from, to);
      const value = {
        seller: slice.map(({ seller }) => seller),
        product: slice.map(({ product }) => product),
        eventTimeMs: slice.map((_, i) => START_MS + (from + i) * MS_A_LISTING),
      };
      yield { $case: 'listings', value };
    }
    yield { $case: 'trailer', value: { sequence } };
  }

  #product(product: number): graph.ProductNode {
    const circle = this.#circleOf(product);
    return {
      productId: this.productId(product),
      categoryId: `category-${circle % CATEGORIES}`,
      title: `thing of kind ${circle} number ${product} ${['red', 'blue', 'green', 'small', 'large'][product % 5]!}`,
      description: '',
      candidate: this.isCandidate(product),
      listings: this.#listed[product]!,
      customers: 5 + (product % 97),
    };
  }

  /** In the order of time. A candidate never becomes warm, and nobody lists a product twice. */
  #makeListings(wanted: number): { seller: number; product: number }[] {
    const listings: { seller: number; product: number }[] = [];
    const seen = new Set<number>();
    for (let tries = 0; listings.length < wanted && tries < 4 * wanted; tries++) {
      const seller = this.#below(this.sellers);
      const product = this.#near(seller % this.#circles, NEAR_LISTING_SHARE);
      const key = seller * this.products + product;
      const isWarm = this.isCandidate(product) && this.#listed[product]! >= MOST_CANDIDATE_LISTINGS;
      if (isWarm || seen.has(key)) continue;
      seen.add(key);
      this.#listed[product]!++;
      listings.push({ seller, product });
    }
    return listings;
  }

  /** Each with a candidate end; a pair that comes twice has its count raised. */
  #makeEdges(wanted: number): { first: number[]; second: number[]; count: number[] } {
    const places = new Map<number, number>();
    const edges = { first: [] as number[], second: [] as number[], count: [] as number[] };
    const step = Math.round(1 / CANDIDATE_SHARE);
    for (let tries = 0; edges.first.length < wanted && tries < 4 * wanted; tries++) {
      const candidate = step * this.#below(Math.ceil(this.products / step));
      const other = this.#near(this.#circleOf(candidate), NEAR_SHARE);
      if (candidate === other) continue;
      const [a, b] = candidate < other ? [candidate, other] : [other, candidate];
      const key = a * this.products + b;
      const place = places.get(key);
      if (place !== undefined) {
        edges.count[place]!++;
        continue;
      }
      places.set(key, edges.first.length);
      edges.first.push(a);
      edges.second.push(b);
      edges.count.push(2 + this.#below(8));
    }
    return edges;
  }

  /** A product of the circle, or now and then any. Small numbers within it are more popular. */
  #near(circle: number, share: number): number {
    if (this.#random() >= share) return this.#below(this.products);
    const from = circle * PRODUCTS_A_CIRCLE;
    return from + Math.floor(Math.min(PRODUCTS_A_CIRCLE, this.products - from) * this.#random() ** 1.5);
  }

  #circleOf(product: number): number {
    return Math.floor(product / PRODUCTS_A_CIRCLE);
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function* portions(length: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < length; from += PORTION) yield [from, Math.min(length, from + PORTION)];
}

const sortedIds = (a: string, b: string): { productIdA: string; productIdB: string } =>
  a < b ? { productIdA: a, productIdB: b } : { productIdA: b, productIdB: a };

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
