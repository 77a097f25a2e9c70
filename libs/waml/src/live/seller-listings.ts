import type { ListingColumns } from '../model/model-state.js';

interface Listing {
  readonly product: number;
  readonly timeMs: number;
}

/**
 * Every seller's products in the order in which they were listed. What was there at first lies in columns; only sellers
 * with changes have lists of their own.
 */
export class SellerListings {
  readonly #offsets: Uint32Array;
  readonly #products: Uint32Array;
  readonly #times: Float64Array;
  readonly #changed = new Map<number, Listing[]>();

  /**
   * @param columns ascending by time
   * @param firstSeller node of seller 0; sellers are known by their nodes
   */
  constructor(
    { seller, product, timeMs }: ListingColumns,
    sellers: number,
    private readonly firstSeller: number,
  ) {
    this.#offsets = new Uint32Array(sellers + 1);
    for (let i = 0; i < seller.length; i++) this.#offsets[seller[i]! + 1]!++;
    for (let s = 0; s < sellers; s++) this.#offsets[s + 1]! += this.#offsets[s]!;
    const next = this.#offsets.slice(0, sellers);
    this.#products = new Uint32Array(seller.length);
    this.#times = new Float64Array(seller.length);
    for (let i = 0; i < seller.length; i++) {
      const at = next[seller[i]!]!++;
      this.#products[at] = product[i]!;
      this.#times[at] = timeMs[i]!;
    }
  }

  /** Product nodes, the oldest listing first. */
  products(seller: number): ArrayLike<number> {
    const changed = this.#changed.get(seller);
    if (changed !== undefined) return changed.map(({ product }) => product);
    const [from, to] = this.#stretch(seller);
    return this.#products.subarray(from, to);
  }

  /** A listing that is there already moves to its new time. */
  add(seller: number, product: number, timeMs: number): void {
    const listings = this.#own(seller).filter((listing) => listing.product !== product);
    const at = listings.findLastIndex((listing) => listing.timeMs <= timeMs) + 1;
    listings.splice(at, 0, { product, timeMs });
    this.#changed.set(seller, listings);
  }

  remove(seller: number, product: number): void {
    this.#changed.set(
      seller,
      this.#own(seller).filter((listing) => listing.product !== product),
    );
  }

  #own(seller: number): Listing[] {
    const changed = this.#changed.get(seller);
    if (changed !== undefined) return changed;
    const [from, to] = this.#stretch(seller);
    return Array.from(this.#products.subarray(from, to), (product, i) => ({ product, timeMs: this.#times[from + i]! }));
  }

  #stretch(seller: number): [from: number, to: number] {
    const s = seller - this.firstSeller;
    if (s < 0 || s + 1 >= this.#offsets.length) return [0, 0];
    return [this.#offsets[s]!, this.#offsets[s + 1]!];
  }
}
