import { ThawError } from '@thaw/contracts';
import { basename } from 'node:path';
import { reportBadRow, type ReadOptions } from './bad-row.js';
import { findCsv, readCsv } from './csv-file.js';
import type { CandidateRow, InteractionRow, ListingRow, ProductRow } from './rows.js';
import { parseTimestamp } from './timestamp.js';

/** Ids are UTF-8 of 1 to 256 bytes, as the event contracts have it. */
const MAX_ID_BYTES = 256;

/** Why a row cannot be used; caught by {@link readRows} alone. */
class Unusable extends Error {}

function id(column: string, text: string): string {
  if (text === '') throw new Unusable(`${column} is empty`);
  // No UTF-16 unit takes more than 3 bytes, so short ids need not be measured.
  if (text.length * 3 > MAX_ID_BYTES && Buffer.byteLength(text) > MAX_ID_BYTES) {
    throw new Unusable(`${column} is longer than ${MAX_ID_BYTES} bytes`);
  }
  return text;
}

function time(text: string): number {
  const ms = parseTimestamp(text);
  if (ms === undefined) throw new Unusable(`timestamp "${text}" is neither an ISO date nor an ordinal of digits`);
  return ms;
}

function count(column: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Unusable(`${column} "${text}" is not a count`);
  return Number(text);
}

/** The path of a file of the data set. @throws ThawError DATASET_NOT_FOUND when the folder has no such file. */
function required(folder: string, name: string): string {
  const path = findCsv(folder, name);
  if (path !== undefined) return path;
  throw new ThawError(
    'DATASET_NOT_FOUND',
    `${folder} has no ${name}.csv.gz (nor ${name}.csv). Give a folder in the data set format.`,
    { details: { folder, file: name } },
  );
}

async function* readRows<T>(
  path: string,
  columns: readonly string[],
  convert: (fields: readonly string[]) => T,
  options: ReadOptions,
): AsyncGenerator<T> {
  for await (const { fields, line } of readCsv(path, columns, options)) {
    let row: T;
    try {
      row = convert(fields);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      reportBadRow({ file: basename(path), line, reason: error.message }, options);
      continue;
    }
    yield row;
  }
}

/** `products.csv(.gz)` in file order. */
export function readProducts(folder: string, options: ReadOptions = {}): AsyncGenerator<ProductRow> {
  const columns = ['product_id', 'category_id', 'title', 'description'];
  const convert = ([product, category, title, description]: readonly string[]): ProductRow => ({
    productId: id('product_id', product!),
    categoryId: category!,
    title: title!,
    description: description!,
  });
  return readRows(required(folder, 'products'), columns, convert, options);
}

const LISTING_COLUMNS = ['seller_id', 'product_id', 'timestamp'];
const toListing = ([seller, product, timestamp]: readonly string[]): ListingRow => ({
  sellerId: id('seller_id', seller!),
  productId: id('product_id', product!),
  timeMs: time(timestamp!),
});

/** `listings.csv(.gz)` in file order: what may be learned from. */
export function readListings(folder: string, options: ReadOptions = {}): AsyncGenerator<ListingRow> {
  return readRows(required(folder, 'listings'), LISTING_COLUMNS, toListing, options);
}

/** `test_listings.csv(.gz)` in file order: never to be learned from. */
export function readTestListings(folder: string, options: ReadOptions = {}): AsyncGenerator<ListingRow> {
  return readRows(required(folder, 'test_listings'), LISTING_COLUMNS, toListing, options);
}

/** `interactions.csv(.gz)` in file order. */
export function readInteractions(folder: string, options: ReadOptions = {}): AsyncGenerator<InteractionRow> {
  const columns = ['customer_id', 'product_id', 'type', 'timestamp'];
  const convert = ([customer, product, type, timestamp]: readonly string[]): InteractionRow => ({
    customerId: id('customer_id', customer!),
    productId: id('product_id', product!),
    type: type!,
    timeMs: time(timestamp!),
  });
  return readRows(required(folder, 'interactions'), columns, convert, options);
}

/** `candidates.csv(.gz)` in file order: the candidate set at the split time. */
export function readCandidates(folder: string, options: ReadOptions = {}): AsyncGenerator<CandidateRow> {
  const columns = ['product_id', 'n_listings', 'n_customers'];
  const convert = ([product, listings, customers]: readonly string[]): CandidateRow => ({
    productId: id('product_id', product!),
    listings: count('n_listings', listings!),
    customers: count('n_customers', customers!),
  });
  return readRows(required(folder, 'candidates'), columns, convert, options);
}

/** Whether the folder brings its own candidate set and test listings. */
export function hasTestSplit(folder: string): boolean {
  return findCsv(folder, 'candidates') !== undefined && findCsv(folder, 'test_listings') !== undefined;
}
