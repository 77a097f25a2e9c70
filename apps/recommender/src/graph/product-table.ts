import { grown, Interner } from '@thaw/graph';

/** What is told of a product. */
export interface ProductFacts {
  readonly categoryId: string;
  readonly title: string;
  readonly description: string;
  readonly customers: number;
}

/** The products of the training set by number, in columns. Numbers of products that left are given out again. */
export class ProductTable {
  readonly ids = new Interner();
  readonly categories = new Interner();
  readonly titles: string[] = [];
  readonly descriptions: string[] = [];
  /** Number in `categories`. */
  category = new Uint32Array(0);
  /** As last told: within a half-octave of the true number. */
  customers = new Uint32Array(0);
  /** Sellers that list it. */
  listings = new Uint32Array(0);
  /** Place in `candidates` and one more; 0 for what is none. */
  #places = new Uint32Array(0);
  #candidates = new Uint32Array(16);
  #candidateCount = 0;

  upsert(id: string, { categoryId, title, description, customers }: ProductFacts): number {
    const isNew = this.ids.find(id) === undefined;
    const product = this.ids.intern(id);
    if (product >= this.category.length) this.#grow(product + 1);
    if (isNew) this.listings[product] = 0;
    this.titles[product] = title;
    this.descriptions[product] = description;
    this.category[product] = this.categories.intern(categoryId);
    this.customers[product] = customers;
    return product;
  }

  remove(product: number): void {
    if (this.isCandidate(product)) this.evict(product);
    this.titles[product] = '';
    this.descriptions[product] = '';
    this.ids.release(product);
  }

  categoryId(product: number): string {
    return this.categories.id(this.category[product]!);
  }

  isCandidate(product: number): boolean {
    return this.#places[product]! > 0;
  }

  /** Numbers of the candidates, in no order: a view. */
  get candidates(): Uint32Array {
    return this.#candidates.subarray(0, this.#candidateCount);
  }

  admit(product: number): void {
    this.#candidates = grown(this.#candidates, this.#candidateCount + 1);
    this.#candidates[this.#candidateCount++] = product;
    this.#places[product] = this.#candidateCount;
  }

  evict(product: number): void {
    const place = this.#places[product]! - 1;
    const last = this.#candidates[--this.#candidateCount]!;
    this.#candidates[place] = last;
    this.#places[last] = place + 1;
    this.#places[product] = 0;
  }

  #grow(needed: number): void {
    this.category = grown(this.category, needed);
    this.customers = grown(this.customers, needed);
    this.listings = grown(this.listings, needed);
    this.#places = grown(this.#places, needed);
  }
}
