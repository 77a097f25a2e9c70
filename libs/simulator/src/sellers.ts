import type { Products } from './products.js';
import { hashFloat, type Random } from './random.js';
import { WeightedChoice } from './weighted-choice.js';

/** No product gathers more listings than this. */
export const MAX_SHELF = 32;

/** Sellers' sizes follow Zipf's law with this exponent. */
const SIZE_EXPONENT = 0.6;
const MEAN_NICHES_PER_SELLER = 14;
const LEAST_NICHES = 4;
/** The share of a seller's niches that lie around its home; the others are anywhere. */
const NEAR_SHARE = 0.7;
/** A seller cares less for each further niche of its list. */
const CARE_DECAY = 0.12;
/** Listings by sellers with no interest in the niche. */
const STRAY_SHARE = 0.12;
const NICHE_DRAWS = 8;

/** Sellers, what they care for, and which of them list which product. */
export class Sellers {
  private readonly shelf: Uint32Array;
  private readonly ofNiche: readonly WeightedChoice[];
  private readonly all: WeightedChoice;
  /** Listings in force. */
  total = 0;

  constructor(
    readonly count: number,
    niches: number,
    private readonly products: Products,
    private readonly random: Random,
    seed: number,
  ) {
    this.shelf = new Uint32Array(products.capacity * MAX_SHELF);
    const sizes = Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -SIZE_EXPONENT);
    this.all = new WeightedChoice(
      Uint32Array.from({ length: count }, (_, seller) => seller),
      sizes,
    );
    this.ofNiche = interests(sizes, niches, seed);
  }

  /** How many listings a product may gather here: at most nine in ten sellers, and never more than the shelf holds. */
  get mostListings(): number {
    return Math.min(MAX_SHELF, Math.floor(this.count * 0.9));
  }

  /** A seller who does not list the product yet and now does. The product must have room for one. */
  list(product: number): number {
    const seller = this.choose(product);
    this.shelf[product * MAX_SHELF + this.products.listings[product]!] = seller;
    this.products.addListings(product, 1);
    this.total++;
    return seller;
  }

  /** A seller of the product who takes the listing back. The product must have one. */
  withdraw(product: number): number {
    const from = product * MAX_SHELF;
    const last = from + this.products.listings[product]! - 1;
    const place = from + this.random.below(last - from + 1);
    const seller = this.shelf[place]!;
    this.shelf[place] = this.shelf[last]!;
    this.products.addListings(product, -1);
    this.total--;
    return seller;
  }

  /** A removed product's listings go with it. Call before it leaves its slot. */
  clear(product: number): void {
    this.total -= this.products.listings[product]!;
  }

  private choose(product: number): number {
    const own = this.ofNiche[this.products.niche[product]!]!;
    for (let i = 0; i < NICHE_DRAWS; i++) {
      const stray = own.size === 0 || this.random.chance(STRAY_SHARE);
      const seller = (stray ? this.all : own).draw(this.random);
      if (!this.lists(seller, product)) return seller;
    }
    let seller = this.random.below(this.count);
    while (this.lists(seller, product)) seller = (seller + 1) % this.count;
    return seller;
  }

  private lists(seller: number, product: number): boolean {
    const from = product * MAX_SHELF;
    return this.shelf.subarray(from, from + this.products.listings[product]!).includes(seller);
  }
}

/** For each niche, the sellers who care for it, weighted. Drawn from hashes: the order of other draws is untouched. */
function interests(sizes: Float64Array, niches: number, seed: number): WeightedChoice[] {
  const sellers: number[][] = Array.from({ length: niches }, () => []);
  const weights: number[][] = Array.from({ length: niches }, () => []);
  const meanSize = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  sizes.forEach((size, seller) => {
    const drawn = (draw: number) => hashFloat(seed ^ Math.imul(seller + 1, 0x9e37), draw);
    const home = Math.floor(drawn(0) * niches);
    const wanted = Math.max(LEAST_NICHES, Math.round(MEAN_NICHES_PER_SELLER * Math.sqrt(size / meanSize)));
    const chosen = new Set([home]);
    for (let i = 1; chosen.size < Math.min(wanted, niches) && i < 20 * wanted; i++) {
      const near = Math.round((drawn(3 * i) - 0.5) * wanted * 1.5);
      const far = Math.floor(drawn(3 * i + 1) * niches);
      chosen.add(drawn(3 * i + 2) < NEAR_SHARE ? (((home + near) % niches) + niches) % niches : far);
    }
    let rank = 0;
    for (const niche of chosen) {
      sellers[niche]!.push(seller);
      weights[niche]!.push(Math.sqrt(size) / (1 + CARE_DECAY * rank++));
    }
  });
  return sellers.map((list, niche) => new WeightedChoice(Uint32Array.from(list), Float64Array.from(weights[niche]!)));
}
