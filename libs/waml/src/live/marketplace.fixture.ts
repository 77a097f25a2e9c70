import type { graph as contract } from '@thaw/contracts';
import fc from 'fast-check';
import { GraphCopyBuilder, type GraphCopy } from '../model/graph-copy.js';

type Change = NonNullable<contract.GraphChange['change']>;

interface Product {
  category: string;
  title: string;
  candidate: boolean;
  customers: number;
}

/** What may happen to a little marketplace; numbers name products, sellers and categories. */
export interface Happening {
  readonly what: 'product' | 'remove' | 'edge' | 'unedge' | 'list' | 'withdraw' | 'admit' | 'evict' | 'seller';
  readonly a: number;
  readonly b: number;
  readonly n: number;
}

const PRODUCTS = 9;
export const happenings = (maxLength: number): fc.Arbitrary<Happening[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(
        ...([
          'product',
          'remove',
          'edge',
          'edge',
          'unedge',
          'list',
          'list',
          'withdraw',
          'admit',
          'evict',
          'seller',
        ] as const),
      ),
      a: fc.nat(PRODUCTS - 1),
      b: fc.nat(PRODUCTS - 1),
      n: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength, size: 'max' },
  );

const pairOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
const customersOf = (n: number): number => 3 * n;

/** The graph as maps of strings, which says what it does as the changes that a reader would be told. */
export class Marketplace {
  readonly products = new Map<string, Product>();
  readonly sellers = new Set<string>();
  readonly edges = new Map<string, number>();
  readonly listings = new Map<string, number>();
  #clock = 0;

  /** @returns the changes; none where it cannot happen now */
  happen({ what, a, b, n }: Happening): Change[] {
    const [p, q, s] = [`p${a}`, `p${b}`, `s${a % 3}`];
    const product = this.products.get(p);
    switch (what) {
      case 'product':
        return this.#setProduct(p, {
          category: b % 4 === 3 ? '' : `c${b % 4}`,
          title: `thing ${n}`,
          candidate: product?.candidate ?? false,
          customers: customersOf(n),
        });
      case 'remove':
        return product ? this.#remove(p) : [];
      case 'edge': {
        const isWanted = product?.candidate === true || this.products.get(q)?.candidate === true;
        if (p === q || !isWanted || !product || !this.products.has(q)) return [];
        this.edges.set(pairOf(p, q), n);
        return [{ $case: 'edgeAdded', value: { ...ends(pairOf(p, q)), count: n } }];
      }
      case 'unedge':
        return this.#unedge(pairOf(p, q));
      case 'list':
        if (!this.products.has(q) || !this.sellers.has(s)) return [];
        this.listings.set(`${s} ${q}`, ++this.#clock);
        return [{ $case: 'listingAdded', value: { sellerId: s, productId: q, eventTimeMs: this.#clock } }];
      case 'withdraw':
        return this.#withdraw(`${s} ${q}`);
      case 'admit':
      case 'evict': {
        if (!product || product.candidate === (what === 'admit')) return [];
        Object.assign(product, { candidate: what === 'admit', customers: customersOf(n) });
        const value = { productId: p, customers: product.customers, listings: this.#listingsOf(p) };
        const lost = what === 'admit' ? [] : this.#edgesWithoutCandidate();
        return [
          { $case: what === 'admit' ? 'candidateAdmitted' : 'candidateEvicted', value },
          ...lost.flatMap((pair) => this.#unedge(pair)),
        ];
      }
      case 'seller':
        this.sellers.add(s);
        return [{ $case: 'sellerAdded', value: { sellerId: s } }];
    }
  }

  /** All nodes that are there, as type:id. */
  nodes(): Set<string> {
    const categories = [...this.products.values()].map(({ category }) => category).filter((id) => id !== '');
    return new Set([
      ...[...this.products.keys()].map((id) => `product:${id}`),
      ...[...this.sellers].map((id) => `seller:${id}`),
      ...categories.map((id) => `category:${id}`),
    ]);
  }

  /** What a reader of the whole graph would be sent now. */
  copy(): GraphCopy {
    const products = [...this.products.keys()];
    const sellers = [...this.sellers];
    const builder = new GraphCopyBuilder();
    const settings = {
      historyLimit: 200,
      demandLimit: 1000,
      coInteractionThreshold: 1,
      minCustomers: 1,
      maxListings: 10,
      listingHysteresis: 0,
      demandHysteresis: 0,
      maxFutureSkewMs: 0,
    };
    const counts = { products: products.length, sellers: sellers.length, edges: this.edges.size };
    const header = {
      ...counts,
      sequence: 1,
      listings: this.listings.size,
      candidates: 0,
      settings,
      offsets: [],
      replayStartMs: 0,
      restoredSequence: 0,
    };
    const pairs = [...this.edges].map(([pair, count]) => ({ ...ends(pair), count }));
    const listings = [...this.listings].map(([key, eventTimeMs]) => ({ key: key.split(' '), eventTimeMs }));
    const nodes = products.map((productId) => {
      const { category, title, candidate, customers } = this.products.get(productId)!;
      const facts = { candidate, customers, listings: this.#listingsOf(productId) };
      return { productId, categoryId: category, title, description: '', ...facts };
    });
    const parts: contract.ReadGraphResponse['part'][] = [
      { $case: 'header', value: header },
      { $case: 'products', value: { products: nodes } },
      { $case: 'sellers', value: { sellerIds: sellers } },
      {
        $case: 'edges',
        value: {
          first: pairs.map(({ productIdA }) => products.indexOf(productIdA)),
          second: pairs.map(({ productIdB }) => products.indexOf(productIdB)),
          count: pairs.map(({ count }) => count),
        },
      },
      {
        $case: 'listings',
        value: {
          seller: listings.map(({ key }) => sellers.indexOf(key[0]!)),
          product: listings.map(({ key }) => products.indexOf(key[1]!)),
          eventTimeMs: listings.map(({ eventTimeMs }) => eventTimeMs),
        },
      },
      { $case: 'trailer', value: { sequence: 1 } },
    ];
    for (const part of parts) builder.add({ part });
    return builder.finish();
  }

  #setProduct(id: string, product: Product): Change[] {
    this.products.set(id, product);
    const { category, title, customers } = product;
    const facts = { customers, listings: this.#listingsOf(id) };
    return [
      { $case: 'productChanged', value: { productId: id, categoryId: category, title, description: '', ...facts } },
    ];
  }

  #remove(id: string): Change[] {
    const touching = (keys: Iterable<string>): string[] => [...keys].filter((key) => key.split(' ').includes(id));
    const changes = [
      ...touching(this.edges.keys()).flatMap((pair) => this.#unedge(pair)),
      ...touching(this.listings.keys()).flatMap((key) => this.#withdraw(key)),
    ];
    this.products.delete(id);
    return [...changes, { $case: 'productRemoved', value: { productId: id } }];
  }

  #unedge(pair: string): Change[] {
    return this.edges.delete(pair) ? [{ $case: 'edgeRemoved', value: ends(pair) }] : [];
  }

  #withdraw(key: string): Change[] {
    const [sellerId, productId] = key.split(' ') as [string, string];
    return this.listings.delete(key) ? [{ $case: 'listingRemoved', value: { sellerId, productId } }] : [];
  }

  #edgesWithoutCandidate(): string[] {
    return [...this.edges.keys()].filter((pair) => !pair.split(' ').some((id) => this.products.get(id)!.candidate));
  }

  #listingsOf(product: string): number {
    return [...this.listings.keys()].filter((key) => key.split(' ')[1] === product).length;
  }
}

function ends(pair: string): { productIdA: string; productIdB: string } {
  const [productIdA, productIdB] = pair.split(' ') as [string, string];
  return { productIdA, productIdB };
}
