import { collect, readInteractions, readListings, readProducts, type ReadOptions } from '@thaw/dataset';
import type { ProductText } from '@thaw/text';

/** The products of a catalogue, by number. */
export interface Catalogue {
  readonly ids: readonly string[];
  /** Category number of each product; -1 where it has none. */
  readonly category: Int32Array;
  readonly categoryIds: readonly string[];
  readonly texts: readonly ProductText[];
}

/** Sellers' listings as columns, ascending by time; a pair may be in it more than once. */
export interface ListingColumns {
  readonly seller: Int32Array;
  readonly product: Int32Array;
  /** Unix epoch milliseconds. */
  readonly timeMs: Float64Array;
}

/** Customers' interactions as columns, in the order of the log. */
export interface InteractionColumns {
  readonly customer: Int32Array;
  readonly product: Int32Array;
  /** Unix epoch milliseconds. */
  readonly timeMs: Float64Array;
}

/** A whole log in memory, with ids interned to numbers. */
export interface EventLog {
  readonly catalogue: Catalogue;
  readonly sellerIds: readonly string[];
  readonly customerCount: number;
  readonly listings: ListingColumns;
  readonly interactions: InteractionColumns;
}

/** Strings to numbers in the order of first sight. */
export class Interner {
  readonly ids: string[] = [];
  private readonly numbers = new Map<string, number>();

  add(id: string): number {
    let number = this.numbers.get(id);
    if (number === undefined) {
      number = this.ids.push(id) - 1;
      this.numbers.set(id, number);
    }
    return number;
  }

  find(id: string): number | undefined {
    return this.numbers.get(id);
  }
}

/** An event log, and what is needed to name its products and sellers. */
export interface LoadedLog {
  readonly log: EventLog;
  readonly products: Interner;
  readonly sellers: Interner;
}

/** Rows as columns, without those about products that the catalogue does not have. */
interface Columns {
  readonly who: Int32Array;
  readonly product: Int32Array;
  readonly timeMs: Float64Array;
}

async function intern<T extends { readonly productId: string; readonly timeMs: number }>(
  rows: AsyncIterable<T>,
  products: Interner,
  who: (row: T) => number,
): Promise<Columns> {
  const columns = { who: [] as number[], product: [] as number[], timeMs: [] as number[] };
  for await (const row of rows) {
    const product = products.find(row.productId);
    if (product === undefined) continue;
    columns.who.push(who(row));
    columns.product.push(product);
    columns.timeMs.push(row.timeMs);
  }
  return {
    who: Int32Array.from(columns.who),
    product: Int32Array.from(columns.product),
    timeMs: Float64Array.from(columns.timeMs),
  };
}

function byTime({ who, product, timeMs }: Columns): Columns {
  const order = Uint32Array.from(timeMs.keys()).sort((a, b) => timeMs[a]! - timeMs[b]! || a - b);
  return {
    who: Int32Array.from(order, (i) => who[i]!),
    product: Int32Array.from(order, (i) => product[i]!),
    timeMs: Float64Array.from(order, (i) => timeMs[i]!),
  };
}

/** Reads the events of a data set folder (never its test listings). Events of products not in the catalogue are left out. */
export async function loadEventLog(folder: string, options: ReadOptions = {}): Promise<LoadedLog> {
  const products = new Interner();
  const categories = new Interner();
  const texts: ProductText[] = [];
  const category: number[] = [];
  for (const row of await collect(readProducts(folder, options))) {
    if (products.add(row.productId) < texts.length) continue; // a repeated product: the first row counts
    texts.push({ title: row.title, description: row.description });
    category.push(row.categoryId === '' ? -1 : categories.add(row.categoryId));
  }
  const sellers = new Interner();
  const customers = new Interner();
  const listings = byTime(await intern(readListings(folder, options), products, (row) => sellers.add(row.sellerId)));
  const interactions = await intern(readInteractions(folder, options), products, (row) =>
    customers.add(row.customerId),
  );
  const log: EventLog = {
    catalogue: { ids: products.ids, category: Int32Array.from(category), categoryIds: categories.ids, texts },
    sellerIds: sellers.ids,
    customerCount: customers.ids.length,
    listings: { seller: listings.who, product: listings.product, timeMs: listings.timeMs },
    interactions: { customer: interactions.who, product: interactions.product, timeMs: interactions.timeMs },
  };
  return { log, products, sellers };
}
