import { type graph, ThawError } from '@thaw/contracts';
import { Interner, ListPool } from '@thaw/graph';
import { type ProductFacts, ProductTable } from './product-table.js';

/** Told when a product may be recommended, or no longer. */
export type CandidateListener = (productId: string, isCandidate: boolean) => void;

/**
 * The reduced graph as recommendations need it: numbers for ids, columns for attributes, and pools of lists for listings
 * and edges. Some 60 bytes per product beside its strings, 16 per edge and 4 per listing, up to twice that with room to
 * grow. Strict, as a copy must be: a change that does not fit is an error, since something was lost.
 */
export class ServingGraph {
  sequence = 0;
  readonly products = new ProductTable();
  readonly sellers = new Interner();
  /** Seller → the products it lists, in the order in which it listed them, but for withdrawals. */
  readonly listed = new ListPool();
  /** Product → its neighbours, and at the same places the customers that have both. */
  readonly neighbours = new ListPool();
  readonly shared = new ListPool();
  edges = 0;
  /** What apps/graph had in force when it was copied; undefined before. */
  settings: graph.GraphSettings | undefined;
  #productNumbers: number[] = [];
  #sellerNumbers: number[] = [];

  constructor(private readonly onCandidate: CandidateListener = () => undefined) {}

  /** Takes the next message of a copy. */
  read({ part }: graph.ReadGraphResponse): void {
    switch (part?.$case) {
      case 'header':
        this.sequence = part.value.sequence;
        this.settings = part.value.settings;
        break;
      case 'products':
        for (const { productId, candidate, ...facts } of part.value.products) {
          const product = this.products.upsert(productId, facts);
          this.#productNumbers.push(product);
          if (candidate) this.#admit(product, productId);
        }
        break;
      case 'sellers':
        for (const id of part.value.sellerIds) this.#sellerNumbers.push(this.sellers.intern(id));
        break;
      case 'edges': {
        const { first, second, count } = part.value;
        count.forEach((customers, i) => {
          this.#connect(this.#productNumbers[first[i]!]!, this.#productNumbers[second[i]!]!, customers);
        });
        break;
      }
      case 'listings': {
        const { seller, product } = part.value;
        seller.forEach((number, i) => {
          this.#list(this.#sellerNumbers[number]!, this.#productNumbers[product[i]!]!);
        });
        break;
      }
      case 'past': // for replays
        break;
      case 'trailer':
        this.#productNumbers = [];
        this.#sellerNumbers = [];
        break;
      case undefined:
        throw broken('a message of the ReadGraph stream has no part that this version knows');
    }
  }

  /** Applies the change with the next sequence number. @throws ThawError GRAPH_DIVERGED */
  apply({ sequence, change }: graph.GraphChange): void {
    if (change === undefined)
      throw broken(`change ${sequence} is of a kind that this version does not know: update Thaw`);
    this.#apply(change, (what) => broken(`change ${sequence} (${change.$case}): ${what}`));
    this.sequence = sequence;
  }

  #apply(change: NonNullable<graph.GraphChange['change']>, failure: (what: string) => ThawError): void {
    const { products } = this;
    const product = (id: string): number => {
      const number = products.ids.find(id);
      if (number === undefined) throw failure(`the product ${id} is not in the graph`);
      return number;
    };
    const seller = (id: string): number => {
      const number = this.sellers.find(id);
      if (number === undefined) throw failure(`the seller ${id} is not in the graph`);
      return number;
    };
    switch (change.$case) {
      case 'candidateAdmitted':
      case 'candidateEvicted': {
        const { productId, customers } = change.value;
        const number = product(productId);
        const admitted = change.$case === 'candidateAdmitted';
        if (products.isCandidate(number) === admitted) {
          throw failure(`${productId} is ${admitted ? 'already' : 'not'} a candidate`);
        }
        products.customers[number] = customers;
        if (admitted) this.#admit(number, productId);
        else this.#evict(number, productId);
        break;
      }
      case 'edgeAdded': {
        const { productIdA, productIdB, count } = change.value;
        this.#connect(product(productIdA), product(productIdB), count, true);
        break;
      }
      case 'edgeRemoved': {
        const { productIdA, productIdB } = change.value;
        if (!this.#disconnect(product(productIdA), product(productIdB))) throw failure('there is no such edge');
        break;
      }
      case 'listingAdded': {
        const [by, what] = [seller(change.value.sellerId), product(change.value.productId)];
        if (this.listed.indexOf(by, what) < 0) this.#list(by, what);
        break;
      }
      case 'listingRemoved': {
        const [by, what] = [seller(change.value.sellerId), product(change.value.productId)];
        const place = this.listed.indexOf(by, what);
        if (place < 0) throw failure('there is no such listing');
        this.listed.remove(by, place);
        products.listings[what]! -= 1;
        break;
      }
      case 'productChanged': {
        const { productId, ...facts } = change.value;
        products.upsert(productId, facts satisfies ProductFacts);
        break;
      }
      case 'productRemoved': {
        const number = product(change.value.productId);
        if (this.neighbours.length(number) > 0 || products.listings[number]! > 0) {
          throw failure(`${change.value.productId} still has edges or listings`);
        }
        if (products.isCandidate(number)) this.onCandidate(change.value.productId, false);
        products.remove(number);
        break;
      }
      case 'sellerAdded':
        if (this.sellers.find(change.value.sellerId) !== undefined) throw failure('the seller is there already');
        this.sellers.intern(change.value.sellerId);
        break;
    }
  }

  /** Customers that have both products; 0 where there is no edge. */
  count(a: number, b: number): number {
    const place = this.neighbours.indexOf(a, b);
    return place < 0 ? 0 : this.shared.data[this.shared.start(a) + place]!;
  }

  #admit(product: number, id: string): void {
    this.products.admit(product);
    this.onCandidate(id, true);
  }

  #evict(product: number, id: string): void {
    this.products.evict(product);
    this.onCandidate(id, false);
  }

  #list(seller: number, product: number): void {
    this.listed.push(seller, product);
    this.products.listings[product]! += 1;
  }

  /** In a copy every edge comes once; among changes it may be there with an older count. */
  #connect(a: number, b: number, customers: number, mayBeThere = false): void {
    const place = mayBeThere ? this.neighbours.indexOf(a, b) : -1;
    if (place >= 0) {
      this.shared.data[this.shared.start(a) + place] = customers;
      this.shared.data[this.shared.start(b) + this.neighbours.indexOf(b, a)] = customers;
      return;
    }
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      this.neighbours.push(one, other);
      this.shared.push(one, customers);
    }
    this.edges += 1;
  }

  #disconnect(a: number, b: number): boolean {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const place = this.neighbours.indexOf(one, other);
      if (place < 0) return false;
      this.neighbours.swapRemove(one, place);
      this.shared.swapRemove(one, place);
    }
    this.edges -= 1;
    return true;
  }
}

function broken(message: string): ThawError {
  return new ThawError('GRAPH_DIVERGED', `The served copy of the graph does not fit its changes: ${message}.`);
}
