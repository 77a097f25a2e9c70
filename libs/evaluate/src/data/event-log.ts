import { readInteractions, readListings, readProducts, type ReadOptions } from '@thaw/dataset';
import type { ProductText, TextEncoder } from '@thaw/text';

/** The products of a catalogue, by number. */
export interface Catalogue {
  readonly ids: readonly string[];
  /** Category number of each product; -1 where it has none. */
  readonly category: Int32Array;
  readonly categoryIds: readonly string[];
  readonly texts: readonly ProductText[];
  /** Encodes the texts; hashed n-grams where absent. */
  readonly textEncoder?: TextEncoder;
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
  rows: Rows<T>,
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

/** Events in any order, as a data set's files or the live topics have them. */
export interface EventRows {
  readonly products: Rows<ProductText & { readonly productId: string; readonly categoryId: string }>;
  readonly listings: Rows<{ readonly sellerId: string; readonly productId: string; readonly timeMs: number }>;
  readonly interactions: Rows<{ readonly customerId: string; readonly productId: string; readonly timeMs: number }>;
}

type Rows<T> = AsyncIterable<T> | Iterable<T>;

/** Events of products not in the catalogue are left out. */
export async function logOf(rows: EventRows, textEncoder?: TextEncoder): Promise<LoadedLog> {
  const products = new Interner();
  const categories = new Interner();
  const texts: ProductText[] = [];
  const category: number[] = [];
  for await (const { productId, categoryId, title, description } of rows.products) {
    if (products.add(productId) < texts.length) continue; // a repeated product: the first row counts
    texts.push({ title, description });
    category.push(categoryId === '' ? -1 : categories.add(categoryId));
  }
  const sellers = new Interner();
  const customers = new Interner();
  const listings = byTime(await intern(rows.listings, products, ({ sellerId }) => sellers.add(sellerId)));
  const interactions = await intern(rows.interactions, products, ({ customerId }) => customers.add(customerId));
  const log: EventLog = {
    catalogue: {
      ids: products.ids,
      category: Int32Array.from(category),
      categoryIds: categories.ids,
      texts,
      ...(textEncoder && { textEncoder }),
    },
    sellerIds: sellers.ids,
    customerCount: customers.ids.length,
    listings: { seller: listings.who, product: listings.product, timeMs: listings.timeMs },
    interactions: { customer: interactions.who, product: interactions.product, timeMs: interactions.timeMs },
  };
  return { log, products, sellers };
}

/** Reads the events of a data set folder (never its test listings). */
export const loadEventLog = (
  folder: string,
  { textEncoder, ...options }: ReadOptions & { readonly textEncoder?: TextEncoder } = {},
): Promise<LoadedLog> =>
  logOf(
    {
      products: readProducts(folder, options),
      listings: readListings(folder, options),
      interactions: readInteractions(folder, options),
    },
    textEncoder,
  );
