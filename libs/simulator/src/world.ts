import type { InteractionType } from '@thaw/contracts';
import { Customers } from './customers.js';
import type { SimulatedEvent } from './events.js';
import { categoryOfNiche, productText } from './product-text.js';
import { Products } from './products.js';
import { hash32, Random } from './random.js';
import { Sellers } from './sellers.js';
import type { MarketplaceSizes } from './settings.js';

/** Everything that exists, and the changes that it knows. Each change returns the event that tells of it. */
export class World {
  readonly random: Random;
  readonly products: Products;
  readonly customers: Customers;
  readonly sellers: Sellers;
  /** Distinct customer–product pairs whose both ends still exist. */
  pairs = 0;
  /** Set before each event: its time, Unix epoch milliseconds. */
  now = 0;

  constructor(
    readonly sizes: MarketplaceSizes,
    private readonly seed: number,
  ) {
    this.random = new Random(seed);
    this.products = new Products(sizes.niches, sizes.products);
    this.customers = new Customers(sizes.niches, sizes.customers, this.products, this.random, seed);
    this.sellers = new Sellers(sizes.sellers, sizes.niches, this.products, this.random, seed);
  }

  giveBirth(niche: number, categorised: boolean): SimulatedEvent {
    return this.describe(this.products.add(niche, categorised));
  }

  /** The product's whole record as it is now. */
  describe(product: number): SimulatedEvent {
    const { niche, serial, categorised, revision } = this.products;
    const category = categoryOfNiche(niche[product]!, this.sizes.niches);
    const key = hash32(serial[product]!, this.seed);
    const { title, description } = productText(key, niche[product]!, category, revision[product]!);
    return {
      topic: 'products',
      event: {
        productId: this.productId(product),
        categoryId: categorised[product] === 1 ? category.id : '',
        title,
        description,
        status: 'active',
        eventTimeMs: this.now,
      },
    };
  }

  /** Takes a product out of the catalogue, with its listings and customers' memory of it. */
  remove(product: number): SimulatedEvent {
    const productId = this.productId(product);
    this.sellers.clear(product);
    this.pairs -= this.products.customers[product]!;
    this.products.remove(product);
    return {
      topic: 'products',
      event: { productId, categoryId: '', title: '', description: '', status: 'removed', eventTimeMs: this.now },
    };
  }

  /** A customer touches a product. `isNew`: for the first time; their basket must have room. */
  touch(customer: number, product: number, type: InteractionType, isNew: boolean): SimulatedEvent {
    if (isNew) {
      this.customers.add(customer, product);
      this.pairs++;
    }
    return {
      topic: 'interactions',
      event: {
        customerId: this.customerId(customer),
        productId: this.productId(product),
        type,
        eventTimeMs: this.now,
      },
    };
  }

  forget(customer: number): SimulatedEvent {
    const customerId = this.customerId(customer);
    this.pairs -= this.customers.forget(customer);
    return { topic: 'erasures', event: { customerId, eventTimeMs: this.now } };
  }

  list(product: number): SimulatedEvent {
    return this.listing(product, this.sellers.list(product), 'listed');
  }

  withdraw(product: number): SimulatedEvent {
    return this.listing(product, this.sellers.withdraw(product), 'withdrawn');
  }

  private listing(product: number, seller: number, status: 'listed' | 'withdrawn'): SimulatedEvent {
    const event = { sellerId: `s-${seller + 1}`, productId: this.productId(product), status, eventTimeMs: this.now };
    return { topic: 'listings', event };
  }

  private productId(product: number): string {
    return `p-${this.products.serial[product]!}`;
  }

  private customerId(customer: number): string {
    return `c-${this.customers.serial[customer]!}`;
  }
}
